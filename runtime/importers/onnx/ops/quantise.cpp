// SPDX-License-Identifier: MIT
// Translators of operators that quantise, dequantise or compute on stored values.
#include "ops.h"
#include "quantise_steps.h"

#include <accel/graph/quantization.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace accel::onnx::ops {
namespace {

constexpr TypeSet kStoredTypes = type_set({ACCEL_TYPE_I8, ACCEL_TYPE_U8});
constexpr TypeSet kScaleTypes = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F16, ACCEL_TYPE_BF16});

/// Every type of scales that is taken here has numbers that float has.
std::vector<float> read_scales(const Node &node, size_t index)
{
    const Value &value = node.input(index);
    if (value.data == nullptr) {
        node.fail_unsupported("the scale '", value.name, "' is not constant");
    }
    if ((kScaleTypes >> value.type & 1) == 0) {
        node.fail_unsupported("the scale '", value.name, "' has type ", name_of(value.type), ", only float, float16 and bfloat16 are taken");
    }
    accel_quantization desc{};
    desc.scale_type = value.type;
    desc.scales = value.data;
    desc.count = value.data_bytes / size_bytes_of(value.type);
    const std::vector<float> scales = *graph::float_scales(desc);
    for (const float scale : scales) {
        if (!std::isfinite(scale) || scale < 0) {
            node.fail_corrupt("the scale '", value.name, "' has ", scale, ", it must be finite and above 0");
        }
    }
    return scales;
}

std::vector<int32_t> read_zero_points(const Node &node, size_t index)
{
    const Value &value = node.input(index);
    if (value.data == nullptr) {
        node.fail_unsupported("the zero point '", value.name, "' is not constant");
    }
    std::vector<int32_t> zero_points;
    const auto *bytes = static_cast<const char *>(value.data);
    const uint64_t step = size_bytes_of(value.type);
    for (uint64_t i = 0; i < value.data_bytes; i += step) {
        switch (value.type) {
        case ACCEL_TYPE_I8: zero_points.push_back(static_cast<int8_t>(bytes[i])); break;
        case ACCEL_TYPE_U8: zero_points.push_back(static_cast<uint8_t>(bytes[i])); break;
        case ACCEL_TYPE_I32: {
            int32_t zero_point = 0;
            std::memcpy(&zero_point, bytes + i, sizeof zero_point);
            zero_points.push_back(zero_point);
            break;
        }
        default: node.fail_unsupported("the zero point '", value.name, "' has type ", name_of(value.type));
        }
    }
    return zero_points;
}

/// Is every stored value the zero point of its channel, in the channels (or the whole) whose scale is 0?
bool is_zero_where_scale_is(const Value &stored, const Quantization &quantization)
{
    const auto count = element_count(stored.dims);
    const uint64_t step = size_bytes_of(stored.type);
    if (stored.data == nullptr || !count || step > sizeof(int32_t)) {
        return false;
    }
    std::vector<int64_t> sizes;
    for (const accel_dim &dim : stored.dims) {
        sizes.push_back(dim.size);
    }
    const std::vector<int64_t> block_dims = block_dims_of(quantization, sizes.size());
    accel_quantization desc{};
    desc.rank = static_cast<uint32_t>(block_dims.size());
    desc.block_dims = block_dims.data();
    const graph::ScaleIndex index(desc, sizes);
    for (int64_t i = 0; i < *count; ++i) {
        const size_t channel = index.of(static_cast<uint64_t>(i));
        // Compared as bytes: they are the zero point's, whatever the sign.
        if (quantization.scales[channel] == 0 && std::memcmp(static_cast<const char *>(stored.data) + static_cast<uint64_t>(i) * step, &quantization.zero_points[channel], step) != 0) {
            return false;
        }
    }
    return true;
}

/// Quantisers give a channel of nothing but zeros the scale 0. There any scale says the same: one that others have keeps multipliers in their range.
void mend_zero_scales(const Node &node, const Value &stored, Quantization &quantization)
{
    float largest = 0;
    bool any = false;
    for (const float scale : quantization.scales) {
        largest = std::max(largest, scale);
        any = any || scale == 0;
    }
    if (!any) {
        return;
    }
    if (!is_zero_where_scale_is(stored, quantization)) {
        node.fail_unsupported("a scale of 0 for '", stored.name, "', which is no constant of zeros there");
    }
    std::replace(quantization.scales.begin(), quantization.scales.end(), 0.0f, largest > 0 ? largest : 1.0f);
}

/// Along one axis so many indices share a scale, along all others each has its own.
void set_blocks(const Node &node, size_t scale, const Dims &dims, const Blocks &blocks, Quantization &quantization)
{
    const uint32_t axis = node.axis(blocks.axis, dims.size());
    if (!all_fixed(dims)) {
        node.fail_unsupported("quantisation in blocks of dimensions that are only known by name");
    }
    if (blocks.size < 0) {
        node.fail_corrupt("block_size ", blocks.size);
    }
    Dims expected = dims;
    expected[axis].size = dims[axis].size / blocks.size + (dims[axis].size % blocks.size != 0);
    if (!same(node.input(scale).dims, expected)) {
        node.fail_corrupt("scales of ", to_text(node.input(scale).dims), ", expected are ", to_text(expected), " for blocks of ", blocks.size);
    }
    quantization.block_dims.assign(dims.size(), 1);
    quantization.block_dims[axis] = blocks.size;
}

/// Scale and zero point operands as the quantisation of a tensor with these dims.
Quantization read_quantization(const Node &node, size_t scale, size_t zero_point, const Dims &dims, const Blocks &blocks)
{
    Quantization quantization;
    quantization.scales = read_scales(node, scale);
    quantization.zero_points = node.has_input(zero_point) ? read_zero_points(node, zero_point) : std::vector<int32_t>(quantization.scales.size(), 0);
    const size_t count = quantization.scales.size();
    if (count == 0 || quantization.zero_points.size() != count) {
        node.fail_corrupt(count, " scales and ", quantization.zero_points.size(), " zero points");
    }
    if (blocks.size != 0) {
        set_blocks(node, scale, dims, blocks, quantization);
    } else if (node.input(scale).dims.size() > 1) {
        node.fail_unsupported("scales of ", to_text(node.input(scale).dims), " without a block_size");
    } else if (count > 1) {
        quantization.axis = node.axis(blocks.axis, dims.size());
        const accel_dim &dim = dims[quantization.axis];
        if (is_fixed(dim) && dim.size != static_cast<int64_t>(count)) {
            node.fail_corrupt(count, " scales for a dimension of ", dim.size);
        }
        if (!is_fixed(dim)) {
            node.fail_unsupported("scales along a dimension that is only known by name");
        }
    }
    return quantization;
}

/// The same of an operand.
Quantization operand_quantization(const Node &node, size_t data, size_t scale, size_t zero_point, const Blocks &blocks)
{
    Quantization quantization = read_quantization(node, scale, zero_point, node.input(data).dims, blocks);
    mend_zero_scales(node, node.input(data), quantization);
    return quantization;
}

/// The same of a result.
Quantization result_quantization(const Node &node, size_t scale, size_t zero_point, const Dims &dims, const Blocks &blocks)
{
    Quantization quantization = read_quantization(node, scale, zero_point, dims, blocks);
    if (std::find(quantization.scales.begin(), quantization.scales.end(), 0.0f) != quantization.scales.end()) {
        node.fail_unsupported("a result with a scale of 0");
    }
    return quantization;
}

/// The value with this quantisation: itself, or for a constant that others read differently a second view of the same bytes.
ValueId quantized(Node &node, ValueId id, const Quantization &quantization)
{
    const Value &value = node.graph.value(id);
    if (!value.quantization) {
        node.graph.set_quantization(id, quantization);
        return id;
    }
    if (*value.quantization == quantization) {
        return id;
    }
    if (!value.is_constant()) {
        node.fail_unsupported("'", value.name, "' is read with another scale or zero point than it was made or is read elsewhere with");
    }
    Value view = value;
    view.quantization = quantization;
    return node.graph.add(std::move(view));
}

/// A real type that an attribute asks for, where none is given that of the scale.
uint32_t real_type(Node &node, const char *attribute)
{
    const auto data_type = static_cast<DataType>(node.integer(attribute, 0));
    return data_type == DataType::kUndefined ? node.input(1).type : accel_type_of(data_type);
}

Blocks blocks_of(Node &node)
{
    node.ignore_attribute("saturate");  // concerns 8-bit floats only, which are judged where they are made
    return {node.integer("axis", 1), node.integer("block_size", 0)};
}

void expect_stored_operand(const Node &node, size_t data, size_t zero_point)
{
    node.expect_type(data, kStoredTypes);
    if (node.has_input(zero_point)) {
        node.expect_same_type(data, zero_point);
    }
}

/// The type that a result is stored in: that of its zero point.
uint32_t stored_type(const Node &node, size_t zero_point)
{
    if (!node.has_input(zero_point)) {
        return ACCEL_TYPE_U8;
    }
    node.expect_type(zero_point, kStoredTypes);
    return node.input(zero_point).type;
}

ValueId define_quantized(Node &node, uint32_t type, Dims dims, Quantization quantization)
{
    const ValueId y = node.define_output(0, type, std::move(dims));
    node.graph.value(y).quantization = std::move(quantization);
    return y;
}

/// One scale and zero point for each index of the first axis and of the last.
Quantization quantization_by_rows(const Node &node, size_t data, size_t scale, size_t zero_point)
{
    const Dims &dims = node.input(data).dims;
    if (!all_fixed(dims) || !same(node.input(scale).dims, Dims{dims.front(), dims.back()})) {
        node.fail_corrupt("scales of ", to_text(node.input(scale).dims), ", expected is one for each index of the first and the last axis of ", to_text(dims));
    }
    Quantization quantization{read_scales(node, scale), read_zero_points(node, zero_point), 0, {}};
    if (quantization.scales.size() != quantization.zero_points.size()) {
        node.fail_corrupt(quantization.scales.size(), " scales and ", quantization.zero_points.size(), " zero points");
    }
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        quantization.block_dims.push_back(axis == 0 || axis + 1 == dims.size() ? 1 : dims[axis].size);
    }
    mend_zero_scales(node, node.input(data), quantization);
    return quantization;
}

}  // namespace

ValueId dequantized(Node &node, size_t data, size_t scale, size_t zero_point)
{
    node.expect_type(data, kStoredTypes);
    node.expect_same_type(data, zero_point);
    const bool by_rows = node.input(scale).dims.size() > 1;
    const Quantization quantization = by_rows ? quantization_by_rows(node, data, scale, zero_point) : operand_quantization(node, data, scale, zero_point, {0});
    const ValueId stored = quantized(node, node.input_id(data), quantization);
    const ValueId made = node.define_hidden(ACCEL_TYPE_F32, Dims(node.input(data).dims));
    node.emit(ACCEL_OPERATION_DEQUANTIZE, {stored}, {made});
    return made;
}

void quantize_linear(Node &node)
{
    node.expect_operands(2, 3, 1, 1);
    const Blocks blocks = blocks_of(node);
    const uint32_t precision = real_type(node, "precision");
    uint32_t type = node.has_input(2) ? node.input(2).type : uint32_t{ACCEL_TYPE_U8};
    if (const int64_t asked = node.integer("output_dtype", 0); asked != 0) {
        const auto data_type = static_cast<DataType>(asked);
        if (node.has_input(2) && accel_type_of(data_type) != type) {
            node.fail_corrupt("output_dtype ", name_of(data_type), " differs from the zero point's type");
        }
        type = accel_type_of(data_type);
        if (type == 0) {
            node.fail_unsupported("output type ", name_of(data_type));
        }
    }
    if (is_computed(node, {1, 2}) || (kStoredTypes >> type & 1) == 0 || node.input(0).type != ACCEL_TYPE_F32 || precision != ACCEL_TYPE_F32) {
        return quantize_by_steps(node, type, precision, blocks);
    }
    const Dims &x = node.input(0).dims;
    const ValueId y = define_quantized(node, type, x, result_quantization(node, 1, 2, x, blocks));
    node.emit(ACCEL_OPERATION_QUANTIZE, {node.input_id(0)}, {y}, {}, ACCEL_ROUNDING_HALF_EVEN);
}

void dequantize_linear(Node &node)
{
    node.expect_operands(2, 3, 1, 1);
    if (node.has_input(2)) {
        node.expect_same_type(0, 2);
    }
    const Blocks blocks = blocks_of(node);
    const uint32_t type = real_type(node, "output_dtype"), stored = node.input(0).type;
    if (is_computed(node, {1, 2}) || ((kStoredTypes | type_set({ACCEL_TYPE_I32})) >> stored & 1) == 0 || type != ACCEL_TYPE_F32) {
        return dequantize_by_steps(node, type, blocks);
    }
    const Dims &x = node.input(0).dims;
    const ValueId value = quantized(node, node.input_id(0), operand_quantization(node, 0, 1, 2, blocks));
    const ValueId y = node.define_output(0, ACCEL_TYPE_F32, x);
    node.emit(ACCEL_OPERATION_DEQUANTIZE, {value}, {y});
}

void qlinear_conv(Node &node)
{
    node.expect_operands(8, 9, 1, 1);
    expect_stored_operand(node, 0, 2);
    expect_stored_operand(node, 3, 5);
    AttributeList attributes;
    Dims dims = convolution_shape(node, 0, 3, attributes);
    const Quantization x = operand_quantization(node, 0, 1, 2, {1});
    const Quantization w = operand_quantization(node, 3, 4, 5, {0});
    const Quantization y = result_quantization(node, 6, 7, dims, {1});
    if (x.per_axis() || y.per_axis()) {
        node.fail_unsupported("scales per channel of input or output");
    }
    ValueId bias = kNoValue;
    if (node.has_input(8)) {
        node.expect_type(8, type_set({ACCEL_TYPE_I32}));
        if (!same(node.input(8).dims, Dims{dims[1]})) {
            node.fail_corrupt("bias is ", to_text(node.input(8).dims), ", expected is ", to_text(Dims{dims[1]}));
        }
        Quantization b{{}, std::vector<int32_t>(w.scales.size(), 0), 0};
        for (const float scale : read_scales(node, 4)) {
            b.scales.push_back(x.scales.front() * scale);
        }
        mend_zero_scales(node, node.input(8), b);
        bias = quantized(node, node.input_id(8), b);
    }
    const ValueId input = quantized(node, node.input_id(0), x);
    const ValueId weights = quantized(node, node.input_id(3), w);
    const ValueId output = define_quantized(node, stored_type(node, 7), std::move(dims), y);
    node.emit(ACCEL_OPERATION_CONV, {input, weights, bias}, {output}, std::move(attributes), ACCEL_ROUNDING_HALF_EVEN);
}

void qlinear_matmul(Node &node)
{
    node.expect_operands(8, 8, 1, 1);
    expect_stored_operand(node, 0, 2);
    expect_stored_operand(node, 3, 5);
    bool in_float = true;
    for (const size_t scale : {1, 4, 6}) {
        node.expect_type(scale, kScaleTypes);
        in_float = in_float && node.input(scale).type == ACCEL_TYPE_F32;
    }
    Dims dims = matmul_shape(node, node.input(0).dims, node.input(3).dims);
    if (!in_float || is_computed(node, {1, 2, 4, 5, 6, 7})) {
        stored_type(node, 7);
        return qlinear_matmul_by_steps(node, std::move(dims));
    }
    const Quantization a = operand_quantization(node, 0, 1, 2, {-1});
    const Quantization b = operand_quantization(node, 3, 4, 5, {-1});
    const Quantization y = result_quantization(node, 6, 7, dims, {-1});
    if (a.per_axis() || y.per_axis()) {
        node.fail_unsupported("scales per row");
    }
    const ValueId left = quantized(node, node.input_id(0), a);
    const ValueId right = quantized(node, node.input_id(3), b);
    const ValueId output = define_quantized(node, stored_type(node, 7), std::move(dims), y);
    node.emit(ACCEL_OPERATION_MATMUL, {left, right}, {output}, {}, ACCEL_ROUNDING_HALF_EVEN);
}

// com.microsoft.QLinearAdd: A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point.
void qlinear_add(Node &node)
{
    node.expect_operands(7, 8, 1, 1);
    expect_stored_operand(node, 0, 2);
    expect_stored_operand(node, 3, 5);
    node.expect_same_type(0, 3);
    if (node.has_input(7)) {
        node.expect_same_type(0, 7);
    }
    Dims dims = broadcast_shape(node, node.input(0).dims, node.input(3).dims);
    const Quantization a = operand_quantization(node, 0, 1, 2, {0});
    const Quantization b = operand_quantization(node, 3, 4, 5, {0});
    const Quantization c = result_quantization(node, 6, 7, dims, {0});
    if (a.per_axis() || b.per_axis() || c.per_axis()) {
        node.fail_unsupported("scales per axis");
    }
    const ValueId left = quantized(node, node.input_id(0), a);
    const ValueId right = quantized(node, node.input_id(3), b);
    const ValueId output = define_quantized(node, node.input(0).type, std::move(dims), c);
    node.emit(ACCEL_OPERATION_ADD, {left, right}, {output}, {}, ACCEL_ROUNDING_HALF_EVEN);
}

void dynamic_quantize_linear(Node &node)
{
    node.expect_operands(1, 1, 3, 3);
    node.expect_type(0, kRealTypes);
    const ValueId y = node.define_output(0, ACCEL_TYPE_U8, node.input(0).dims);
    const ValueId scale = node.define_output(1, ACCEL_TYPE_F32, Dims{});
    const ValueId zero_point = node.define_output(2, ACCEL_TYPE_U8, Dims{});
    node.emit(ACCEL_OPERATION_DYNAMIC_QUANTIZE_LINEAR, {node.input_id(0)}, {y, scale, zero_point});
}

}  // namespace accel::onnx::ops
