// SPDX-License-Identifier: MIT
// Translators of operators that work element by element.
#include "ops.h"

#include <accel/graph/broadcast.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace accel::onnx::ops {

Dims broadcast_shape(const Node &node, const Dims &a, const Dims &b)
{
    std::optional<Dims> out = graph::broadcast(a, b, is_one, [&](const accel_dim &left, const accel_dim &right) -> std::optional<accel_dim> {
        if (same(left, right)) {
            return left;
        }
        return may_equal(left, right) ? std::optional(node.graph.sizes.broadcast(left, right)) : std::nullopt;
    });
    if (!out) {
        node.fail_corrupt("shapes ", to_text(a), " and ", to_text(b), " do not fit together");
    }
    return *std::move(out);
}

namespace {

/// Below opset 7 operand 1 spreads only where 'broadcast' says so, and from 'axis' on: how many axes of size 1 behind its own make later opsets spread it so.
size_t axes_behind(Node &node)
{
    const bool spreads = node.integer("broadcast", 0) != 0;
    const auto axis = node.integer("axis");
    const Dims &a = node.input(0).dims;
    const Dims &b = node.input(1).dims;
    if (!spreads && !same(a, b)) {
        node.fail_corrupt("shapes ", to_text(a), " and ", to_text(b), " differ, and 'broadcast' is 0");
    }
    if (!spreads || !axis) {
        return 0;
    }
    const size_t begin = node.axis(*axis, a.size());
    if (begin + b.size() > a.size()) {
        node.fail_corrupt("from axis ", begin, " on, ", to_text(b), " reaches beyond ", to_text(a));
    }
    return a.size() - begin - b.size();
}

/// Operand 1 with so many axes of size 1 behind its own.
ValueId with_axes_behind(Node &node, size_t count)
{
    Dims dims = node.input(1).dims;
    dims.insert(dims.end(), count, fixed_dim(1));
    return define_view(node, node.input_id(1), std::move(dims));
}

/// How many inputs a node may have at its opset.
void expect_counts(const Node &node, const OperatorSchema &schema)
{
    size_t least = 0, most = 0;
    for (const OperandSchema &row : schema.inputs) {
        if (!row.opsets.holds(node.opset)) {
            continue;
        }
        least += row.option == Option::kOptional ? 0 : 1;
        most = row.option == Option::kVariadic ? SIZE_MAX : most + 1;
    }
    node.expect_operands(least, most, 1, 1);
}

void expect_types(const Node &node, const OperatorSchema &schema)
{
    for (size_t i = 0; i < node.input_count(); ++i) {
        const OperandSchema &row = *schema.input(i, node.opset);
        if (row.use != Use::kTensor) {
            node.fail_unsupported("input '", node.input(i).name, "' is not understood");
        }
        node.expect_type(i, row.types);
        if (row.like >= 0) {
            node.expect_same_type(static_cast<size_t>(schema.input_of(row.like, node.opset)), i);
        }
    }
}

uint32_t result_type(const Node &node, const OperatorSchema &schema)
{
    const OperandSchema &row = schema.outputs[0];
    return row.like >= 0 ? node.input(static_cast<size_t>(schema.input_of(row.like, node.opset))).type : static_cast<uint32_t>(std::countr_zero(row.types));
}

/// One attribute, or what it means when absent, where that is a number: opsets and the catalog may differ in it.
void add_attribute(Node &node, const AttributeSchema &row, AttributeList &attributes)
{
    const char *name = row.name.data();
    const bool has_fallback = !std::isnan(row.fallback);
    bool given = false;
    if (row.type == AttributeType::kInt) {
        const auto value = node.integer(name);
        if ((given = value.has_value()) || has_fallback) {
            attributes.integer(row.key, value.value_or(has_fallback ? static_cast<int64_t>(row.fallback) : 0));
        }
    } else if (row.type == AttributeType::kFloat) {
        const auto value = node.real(name);
        if ((given = value.has_value()) || has_fallback) {
            attributes.real(row.key, value.value_or(static_cast<float>(row.fallback)));
        }
    } else if (row.type == AttributeType::kString) {
        const auto value = node.string(name);
        if ((given = value.has_value())) {
            attributes.text(row.key, *value);
        }
    } else if (row.type == AttributeType::kFloats) {
        const auto value = node.reals(name);
        if ((given = value.has_value())) {
            attributes.reals(row.key, *value);
        }
    } else if (row.type == AttributeType::kInts) {
        const auto value = node.integers(name);
        if ((given = value.has_value())) {
            attributes.ints(row.key, *value);
        }
    } else {
        node.fail_unsupported("attribute '", name, "' is not understood");
    }
    if (row.required && !given) {
        node.fail_corrupt("attribute '", name, "' is missing");
    }
}

/// Both attributes concern 8-bit floats alone. True: an overflow is none of the type's numbers.
bool read_cast_rules(Node &node, uint32_t type)
{
    const bool saturates = node.integer("saturate", 1) != 0;
    const std::string rounding = node.string("round_mode").value_or("up");
    const bool has_ends = type == ACCEL_TYPE_F8E4M3FN || type == ACCEL_TYPE_F8E4M3FNUZ || type == ACCEL_TYPE_F8E5M2 || type == ACCEL_TYPE_F8E5M2FNUZ;
    if (type == ACCEL_TYPE_F8E8M0 && !saturates) {
        node.fail_unsupported("saturate 0 to ", name_of(type), "; only 1");
    }
    if (type == ACCEL_TYPE_F8E8M0 && rounding != "up") {
        node.fail_unsupported("round_mode '", rounding, "'; only 'up'");
    }
    return has_ends && !saturates;
}

/// One that is refused at any value but that which changes nothing. Without a number it stays as it is, and is found not understood.
void expect_harmless(Node &node, const AttributeSchema &row)
{
    if (row.type != AttributeType::kInt || std::isnan(row.fallback)) {
        return;
    }
    const auto harmless = static_cast<int64_t>(row.fallback);
    if (const int64_t given = node.integer(row.name.data(), harmless); given != harmless) {
        node.fail_unsupported("attribute '", row.name, "' is ", given, "; only ", harmless);
    }
}

AttributeList read_attributes(Node &node, const OperatorSchema &schema)
{
    AttributeList attributes;
    for (const AttributeSchema &row : schema.attributes) {
        if (!row.opsets.holds(node.opset)) {
            continue;
        }
        if (row.use == Use::kAttribute) {
            add_attribute(node, row, attributes);
        } else if (row.use == Use::kIgnored) {
            node.ignore_attribute(row.name.data());
        } else if (row.use == Use::kRefused) {
            expect_harmless(node, row);
        }
    }
    return attributes;
}

/// Of small integers and sizes, by folding.
bool is_folded(Node &node, accel_operation operation)
{
    const uint32_t type = node.input(0).type;
    const bool integers = type == ACCEL_TYPE_I64 || type == ACCEL_TYPE_I32;
    switch (operation) {
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_DIV: return integers && fold_binary(node, operation);
    case ACCEL_OPERATION_MOD: return integers && node.integer("fmod", 0) == 0 && fold_binary(node, operation);
    case ACCEL_OPERATION_NEG:
    case ACCEL_OPERATION_ABS: return integers && fold_unary(node, operation);
    case ACCEL_OPERATION_WHERE: return node.input(1).type == node.input(2).type && fold_choice(node);
    case ACCEL_OPERATION_MAX:
    case ACCEL_OPERATION_MIN: return integers && node.input_count() == 2 && fold_binary(node, operation);
    case ACCEL_OPERATION_EQUAL:
    case ACCEL_OPERATION_LESS:
    case ACCEL_OPERATION_LESS_OR_EQUAL:
    case ACCEL_OPERATION_GREATER:
    case ACCEL_OPERATION_GREATER_OR_EQUAL: return (integers || type == ACCEL_TYPE_BOOL) && fold_comparison(node, operation);
    case ACCEL_OPERATION_AND:
    case ACCEL_OPERATION_OR:
    case ACCEL_OPERATION_XOR:
    case ACCEL_OPERATION_NOT: return fold_logic(node, operation);
    default: return false;
    }
}

/// The sizes of the result; below opset 7 the first operand does not spread where 'broadcast' says how the others do.
Dims result_dims(Node &node, const OperatorSchema &schema, const std::vector<ValueId> &operands)
{
    Dims dims = node.input(0).dims;
    for (size_t i = 1; i < operands.size() && schema.family == Family::kPerChannel; ++i) {
        node.expect_rank(0, 2);
        if (!may_equal(node.input(i).dims, Dims{dims[1]})) {
            node.fail_corrupt("input '", node.input(i).name, "' is ", to_text(node.input(i).dims), ", expected is one value per channel, ", to_text(Dims{dims[1]}));
        }
    }
    for (size_t i = 1; i < operands.size() && schema.family == Family::kBroadcast; ++i) {
        dims = broadcast_shape(node, dims, node.graph.value(operands[i]).dims);
    }
    const bool spreads_second = schema.attribute("broadcast", node.opset) != nullptr || schema.operation == ACCEL_OPERATION_PRELU;
    if (spreads_second && !same(dims, node.input(0).dims)) {
        node.fail_corrupt("the first operand of ", to_text(node.input(0).dims), " would have to spread to ", to_text(dims));
    }
    return dims;
}

/// Operands as its record takes them: below opset 7 with axes behind those of the second.
void read_by_record(Node &node, const OperatorSchema &schema, size_t behind)
{
    if (behind == 0 && is_folded(node, schema.operation)) {
        return;
    }
    std::vector<ValueId> operands;
    for (size_t i = 0; i < node.input_count(); ++i) {
        operands.push_back(i == 1 && behind != 0 ? with_axes_behind(node, behind) : node.input_id(i));
    }
    AttributeList attributes = read_attributes(node, schema);
    const ValueId y = node.define_output(0, result_type(node, schema), result_dims(node, schema, operands));
    node.emit(schema.operation, std::move(operands), {y}, std::move(attributes));
}

}  // namespace

void by_record(Node &node)
{
    const OperatorSchema &schema = node.schema();
    if (!schema.readable_at(node.opset)) {
        node.fail_unsupported("opset ", node.opset, " has another form of it");
    }
    expect_counts(node, schema);
    expect_types(node, schema);
    if (schema.operation == ACCEL_OPERATION_CAST_LIKE && read_cast_rules(node, node.input(1).type)) {
        unsaturated_cast(node, node.input(1).type);
        return;
    }
    read_by_record(node, schema, schema.attribute("broadcast", node.opset) != nullptr ? axes_behind(node) : 0);
}

/// Below opset 7 the slope has one value per channel, or one.
void prelu(Node &node)
{
    const OperatorSchema &schema = node.schema();
    expect_counts(node, schema);
    expect_types(node, schema);
    const size_t rank = node.input(0).dims.size();
    const bool per_channel = node.opset < 7 && node.input(1).dims.size() == 1 && !is_one(node.input(1).dims[0]) && rank > 2;
    read_by_record(node, schema, per_channel ? rank - 2 : 0);
}

namespace {

/// In types that CLIP is not of: the greater one of x and min, and the lesser one of that and max.
void clip_by_choice(Node &node)
{
    node.expect_type(0, find_schema("", "Max")->input(0, newest_opset())->types);
    const Dims dims = node.input(0).dims;
    const size_t last = node.has_input(2) ? 2 : 1;
    ValueId x = node.input_id(0);
    for (const size_t i : {1, 2}) {
        if (!node.has_input(i)) {
            continue;
        }
        node.expect_same_type(0, i);
        const Value &bound = node.input(i);
        if (!bound.ranked || bound.dims.size() > std::min<size_t>(dims.size(), 1) || element_count(bound.dims) != 1) {
            node.fail_unsupported(i == 1 ? "min" : "max", " '", bound.name, "' must be one value");
        }
        const ValueId bounded = i == last ? node.define_output(0, node.input(0).type, dims) : node.define_hidden(node.input(0).type, dims);
        node.emit(i == 1 ? ACCEL_OPERATION_MAX : ACCEL_OPERATION_MIN, {x, node.input_id(i)}, {bounded});
        x = bounded;
    }
    if (x == node.input_id(0)) {
        node.emit(ACCEL_OPERATION_IDENTITY, {x}, {node.define_output(0, node.input(0).type, dims)});
    }
}

}  // namespace

void clip(Node &node)
{
    node.expect_operands(1, node.opset < 11 ? 1 : 3, 1, 1);
    if (node.opset >= 11 && node.input(0).type != ACCEL_TYPE_F32) {
        clip_by_choice(node);
        return;
    }
    ValueId bounds[2] = {kNoValue, kNoValue};
    for (size_t i = 0; i < 2; ++i) {
        const char *what = i == 0 ? "min" : "max";
        if (node.opset >= 11) {
            bounds[i] = node.has_input(i + 1) ? node.real_operand(i + 1, what) : kNoValue;
        } else if (const auto bound = node.real(what)) {
            bounds[i] = node.define_real(*bound);
        }
    }
    node.expect_type(0, kRealTypes);
    std::vector<ValueId> operands{node.input_id(0), bounds[0], bounds[1]};
    while (operands.back() == kNoValue) {
        operands.pop_back();
    }
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(ACCEL_OPERATION_CLIP, std::move(operands), {y});
}

namespace {

/// Below opset 6 a name, since then a number.
DataType cast_target(Node &node)
{
    if (node.opset >= 6) {
        const auto to = node.integer("to");
        if (!to) {
            node.fail_corrupt("attribute 'to' is missing");
        }
        return static_cast<DataType>(*to);
    }
    const auto to = node.string("to");
    if (!to) {
        node.fail_corrupt("attribute 'to' is missing");
    }
    const DataType type = data_type_named(*to);
    if (type == DataType::kUndefined) {
        node.fail_corrupt("attribute 'to' is '", *to, "', which is no type");
    }
    return type;
}

}  // namespace

void cast(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    const TypeSet types = node.types_of(0);
    node.expect_type(0, types);
    const DataType data_type = cast_target(node);
    const uint32_t type = accel_type_of(data_type);
    if (type == 0 || (types >> type & 1) == 0) {
        node.fail_unsupported("to ", name_of(data_type));
    }
    if (read_cast_rules(node, type)) {
        unsaturated_cast(node, type);
        return;
    }
    if (fold_cast(node, type)) {
        return;
    }
    const ValueId y = node.define_output(0, type, node.input(0).dims);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_TO, type);
    node.emit(ACCEL_OPERATION_CAST, {node.input_id(0)}, {y}, std::move(attributes));
}

}  // namespace accel::onnx::ops
