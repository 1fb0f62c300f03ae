// SPDX-License-Identifier: MIT
// Translators of operators that quantise, dequantise or compute on stored values.
#include "ops.h"
#include "stored.h"

namespace accel::onnx::ops {
namespace {

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

}  // namespace

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
