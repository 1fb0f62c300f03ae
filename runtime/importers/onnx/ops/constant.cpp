// SPDX-License-Identifier: MIT
// Translators of operators that make constants or sizes, or spread a value over a shape.
#include "ops.h"

#include <algorithm>
#include <cstring>

namespace accel::onnx::ops {
namespace {

Value to_value(const ConstantData &constant)
{
    Value value;
    value.type = accel_type_of(constant.data_type);
    value.dims = constant.dims;
    value.data = constant.data;
    value.data_bytes = constant.size_bytes;
    return value;
}

template <typename T>
void define_list(Node &node, uint32_t type, const std::vector<T> &values, bool scalar)
{
    static constexpr int64_t kNothing = 0;
    // Integers of a model may be one byte each.
    if (values.size() > kRankMax) {
        node.charge(values.size() * sizeof(T));
    }
    Value value;
    value.type = type;
    value.dims = scalar ? Dims{} : Dims{fixed_dim(static_cast<int64_t>(values.size()))};
    value.data = values.empty() ? static_cast<const void *>(&kNothing) : node.graph.memory.copy(values);
    value.data_bytes = values.size() * sizeof(T);
    node.define_output(0, std::move(value));
}

}  // namespace

void constant(Node &node)
{
    node.expect_operands(0, 0, 1, 1);
    if (const auto tensor = node.tensor("value")) {
        if (accel_type_of(tensor->data_type) == 0) {
            node.fail_unsupported("a constant of type ", name_of(tensor->data_type));
        }
        node.define_output(0, to_value(*tensor));
    } else if (const auto real = node.real("value_float")) {
        define_list(node, ACCEL_TYPE_F32, std::vector<float>{*real}, true);
    } else if (const auto reals = node.reals("value_floats")) {
        define_list(node, ACCEL_TYPE_F32, *reals, false);
    } else if (const auto integer = node.integer("value_int")) {
        define_list(node, ACCEL_TYPE_I64, std::vector<int64_t>{*integer}, true);
    } else if (const auto integers = node.integers("value_ints")) {
        define_list(node, ACCEL_TYPE_I64, *integers, false);
    } else {
        node.expect_all_understood();
        node.fail_corrupt("has no value");
    }
}

namespace {

void fill(Node &node, const ConstantData &pattern, int64_t count, Dims dims)
{
    const uint64_t element_bytes = pattern.size_bytes;
    const uint64_t total_bytes = static_cast<uint64_t>(count) * element_bytes;
    // A few bytes of model can ask for any amount.
    node.charge(total_bytes);
    auto *out = static_cast<char *>(node.graph.memory.allocate(total_bytes + 1, 64));
    for (int64_t i = 0; i < count; ++i) {
        node.pace();
        std::memcpy(out + static_cast<uint64_t>(i) * element_bytes, pattern.data, element_bytes);
    }
    Value value;
    value.type = accel_type_of(pattern.data_type);
    value.dims = std::move(dims);
    value.data = out;
    value.data_bytes = total_bytes;
    node.define_output(0, std::move(value));
}

/// An EXPAND of x to the shape that operand `shape` holds, which is not known yet.
void spread(Node &node, ValueId x, size_t shape)
{
    node.expect_type(shape, type_set({ACCEL_TYPE_I64}));
    const std::optional<Dims> wanted = sizes_operand(node, shape);
    if (!wanted) {
        node.fail_unsupported("the shape '", node.input(shape).name, "' is computed, and so is its number of axes");
    }
    Dims dims = broadcast_shape(node, node.graph.value(x).dims, *wanted);
    const ValueId y = node.define_output(0, node.graph.value(x).type, std::move(dims));
    node.emit(ACCEL_OPERATION_EXPAND, {x, node.input_id(shape)}, {y});
}

}  // namespace

void expand(Node &node)
{
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.expect_type(1, type_set({ACCEL_TYPE_I64}));
    spread(node, node.input_id(0), 1);
}

void constant_of_shape(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    static constexpr float kZero = 0;
    ConstantData pattern{DataType::kFloat, {}, &kZero, sizeof kZero};
    if (const auto given = node.tensor("value")) {
        pattern = *given;
    }
    if (element_count(pattern.dims) != 1) {
        node.fail_corrupt("value has ", to_text(pattern.dims), " elements, expected is one");
    }
    if (pattern.data == nullptr) {
        node.fail_unsupported("element type ", name_of(pattern.data_type));
    }
    const auto known = integers_of(node.input(0));
    if (!known) {
        Value value = to_value(pattern);
        value.dims.clear();
        spread(node, node.graph.add(std::move(value)), 0);
        return;
    }
    const std::vector<int64_t> &sizes = *known;
    for (const int64_t size : sizes) {
        if (size < 0 || size > kSizeMax) {
            node.fail_corrupt("a dimension of ", size);
        }
    }
    Dims dims = fixed_dims(sizes);
    const auto count = element_count(dims);
    if (!count || sizes.size() > kRankMax) {
        node.fail_corrupt("its result has more elements than any memory holds");
    }
    fill(node, pattern, *count, std::move(dims));
}

namespace {

/// How many values a range of sizes has: its step is a number above 0, and its limit as far as an expression says it.
Size range_count(Node &node)
{
    const auto start = elements_of(node.input(0)), limit = elements_of(node.input(1)), step = elements_of(node.input(2));
    const bool known = start && limit && step && start->size() == 1 && limit->size() == 1 && step->size() == 1 && step->front().is_number() && step->front().value > 0;
    if (!known) {
        return kOpenSize;
    }
    Sizes &sizes = node.graph.sizes;
    graph::Builder &calculate = sizes.calculate();
    return calculate.max(calculate.ceil_div(calculate.sub(node.graph.size_of(limit->front()), node.graph.size_of(start->front())), sizes.number(step->front().value)), sizes.number(0));
}

}  // namespace

void range(Node &node)
{
    node.expect_operands(3, 3, 1, 1);
    const TypeSet types = node.types_of(0);
    for (size_t i = 0; i < 3; ++i) {
        node.expect_type(i, types);
        node.expect_same_type(0, i);
        node.expect_rank(i, 0, 1);
    }
    if (const int64_t type = node.integer("stash_type", 1); type != 1) {
        node.fail_unsupported("stash_type is ", type, "; values are computed in their own type");
    }
    const ValueId y = node.define_output(0, node.input(0).type, {node.graph.sizes.dim(range_count(node))});
    node.emit(ACCEL_OPERATION_RANGE, node.inputs(), {y});
}

namespace {

/// The bytes of 1 in a type; nothing in one that has no numbers here.
std::string one_in(uint32_t type)
{
    const auto bytes = [](auto number) { return std::string(reinterpret_cast<const char *>(&number), sizeof number); };
    switch (type) {
    case ACCEL_TYPE_F32: return bytes(1.0f);
    case ACCEL_TYPE_F64: return bytes(1.0);
    case ACCEL_TYPE_F16: return bytes(uint16_t{0x3c00});
    case ACCEL_TYPE_BF16: return bytes(uint16_t{0x3f80});
    case ACCEL_TYPE_I8:
    case ACCEL_TYPE_U8:
    case ACCEL_TYPE_BOOL: return bytes(uint8_t{1});
    case ACCEL_TYPE_I16:
    case ACCEL_TYPE_U16: return bytes(uint16_t{1});
    case ACCEL_TYPE_I32:
    case ACCEL_TYPE_U32: return bytes(uint32_t{1});
    case ACCEL_TYPE_I64:
    case ACCEL_TYPE_U64: return bytes(uint64_t{1});
    default: return {};
    }
}

}  // namespace

void eye_like(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    node.expect_rank(0, 2, 2);
    const Dims dims = node.input(0).dims;
    const auto given = node.integer("dtype");
    const uint32_t type = given ? accel_type_of(static_cast<DataType>(*given)) : node.input(0).type;
    const std::string one = one_in(type);
    if (one.empty()) {
        node.fail_unsupported("a result of type ", given ? name_of(static_cast<DataType>(*given)) : name_of(type));
    }
    const auto count = element_count(dims);
    if (!count || !all_fixed(dims)) {
        node.fail_unsupported("the shape ", to_text(dims), " is not a number of elements");
    }
    const int64_t diagonal = node.integer("k", 0);
    const auto total_bytes = static_cast<uint64_t>(*count) * one.size();
    node.charge(total_bytes);
    auto *out = static_cast<char *>(node.graph.memory.allocate(total_bytes + 1, 64));
    std::memset(out, 0, total_bytes);
    for (int64_t row = 0; row < dims[0].size; ++row) {
        node.pace();
        int64_t column = 0;
        if (!__builtin_add_overflow(row, diagonal, &column) && column >= 0 && column < dims[1].size) {
            std::memcpy(out + static_cast<uint64_t>(row * dims[1].size + column) * one.size(), one.data(), one.size());
        }
    }
    Value value;
    value.type = type;
    value.dims = dims;
    value.data = out;
    value.data_bytes = total_bytes;
    node.define_output(0, std::move(value));
}

void shape(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    const Dims &x = node.input(0).dims;
    const auto rank = static_cast<int64_t>(x.size());
    const auto clamp = [rank](int64_t position) { return std::clamp<int64_t>(position < 0 ? position + rank : position, 0, rank); };
    const int64_t start = clamp(node.integer("start", 0));
    const int64_t end = clamp(node.integer("end", rank));
    std::vector<Element> elements;
    for (int64_t i = start; i < end; ++i) {
        elements.push_back(node.graph.element_of(node.graph.sizes.size(x[static_cast<size_t>(i)])));
    }
    const auto count = static_cast<int64_t>(elements.size());
    if (node.define_elements(ACCEL_TYPE_I64, {fixed_dim(count)}, std::move(elements))) {
        return;
    }
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_START, start).integer(ACCEL_ATTRIBUTE_END, end);
    node.emit(ACCEL_OPERATION_SHAPE, {node.input_id(0)}, {node.define_output(0, ACCEL_TYPE_I64, {fixed_dim(count)})}, std::move(attributes));
}

void size(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    if (!node.define_elements(ACCEL_TYPE_I64, {}, {node.graph.element_of(node.graph.sizes.product(node.input(0).dims))})) {
        node.emit(ACCEL_OPERATION_SIZE, {node.input_id(0)}, {node.define_output(0, ACCEL_TYPE_I64, {})});
    }
}

}  // namespace accel::onnx::ops
