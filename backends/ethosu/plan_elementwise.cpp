// SPDX-License-Identifier: MIT
// Sums, differences and products, requantisation, and clamping of stored values.
#include "operand.h"

#include <algorithm>
#include <cmath>

namespace accel::ethosu {
namespace {

// Fraction bits that the sum keeps, as in TFLite's 8-bit addition.
constexpr int kSumFractionBits = 20;

// Looks at `operand` as a tensor of the output's rank. Lower ranks lie row-major,
// which is the NPU's order only where channels or pixels are single.
Verdict view_at_rank(Operand &operand, size_t rank)
{
    const auto dims = pad_rank(operand.dims, rank);
    if (!operand.is_constant && operand.dims.size() != rank && !is_row_major(dims))
        return refuse(ACCEL_REASON_LAYOUT, operand.tensor, static_cast<int64_t>(operand.dims.size()), static_cast<int64_t>(rank));
    operand.dims = dims;
    operand.shape = shape_of(dims);
    return std::nullopt;
}

bool broadcasts_to(const Shape &shape, const Shape &full)
{
    const auto fits = [](int64_t have, int64_t want) { return have == want || have == 1; };
    return fits(shape.batch, full.batch) && fits(shape.extent.height, full.extent.height) && fits(shape.extent.width, full.extent.width) &&
           fits(shape.extent.channels, full.extent.channels);
}

struct Binary {
    Operand a;  // in the end of the output's shape, and not constant
    Operand b;
    Operand y;
    Op op;
};

OpKind kind_of(const accel_node_desc &node)
{
    if (node.operation == ACCEL_OPERATION_ADD)
        return OpKind::kAdd;
    return node.operation == ACCEL_OPERATION_SUB ? OpKind::kSubtract : OpKind::kMultiply;
}

Verdict read_binary(const graph::View &graph, const accel_node_desc &node, Binary &out)
{
    out.op.kind = kind_of(node);
    if (const Verdict refusal = read_operand(graph, graph::input(node, 0), out.a))
        return refusal;
    if (const Verdict refusal = read_operand(graph, graph::input(node, 1), out.b))
        return refusal;
    if (const Verdict refusal = read_output(graph, node, out.y))
        return refusal;
    for (const Operand *operand : {&out.a, &out.b, &out.y})
        if (const Verdict refusal = need_quantised(*operand))
            return refusal;
    if (out.a.is_signed != out.b.is_signed)
        return refuse(ACCEL_REASON_TYPE, out.b.tensor, ACCEL_TYPE_U8, ACCEL_TYPE_I8);
    if (const Verdict refusal = read_rounding(node, out.op.rounding))
        return refusal;
    // Sums keep fraction bits in a way that only this rounding defines.
    if (out.op.kind != OpKind::kMultiply && out.op.rounding != Rounding::kDouble)
        return refuse(ACCEL_REASON_ROUNDING, ACCEL_TENSOR_NONE, node.rounding, ACCEL_ROUNDING_TFLITE);
    return read_clamp(node, out.y, out.op.clamp);
}

Verdict order_operands(Binary &binary)
{
    for (Operand *operand : {&binary.a, &binary.b})
        if (const Verdict refusal = view_at_rank(*operand, binary.y.dims.size()))
            return refusal;
    binary.op.reversed = binary.a.shape != binary.y.shape || binary.a.is_constant;
    if (binary.op.reversed)
        std::swap(binary.a, binary.b);
    if (binary.a.shape != binary.y.shape || !broadcasts_to(binary.b.shape, binary.y.shape))
        return refuse(ACCEL_REASON_SIZE, binary.a.tensor, binary.a.shape.elements(), binary.y.shape.elements());
    if (binary.a.is_constant)
        return refuse(ACCEL_REASON_CONSTANT, binary.a.tensor);
    return std::nullopt;
}

Verdict set_product_scale(Binary &product)
{
    const auto result =
        quant::quantise(static_cast<double>(product.a.scale) * static_cast<double>(product.b.scale) / static_cast<double>(product.y.scale));
    if (!result)
        return refuse(ACCEL_REASON_QUANTIZATION, product.y.tensor);
    product.op.ofm_scale = *result;
    return std::nullopt;
}

// The operand with the smaller scale is brought to half of the larger one. Operands
// count in the order of the operation, that is after `reversed`.
Verdict set_sum_scales(Binary &sum)
{
    const double a = static_cast<double>(sum.a.scale);
    const double b = static_cast<double>(sum.b.scale);
    const double twice_max = 2 * std::max(a, b);
    const double one = std::ldexp(1.0, kSumFractionBits);
    const auto operand = quant::quantise(std::min(a, b) * one / twice_max);
    const auto result = quant::quantise(twice_max / (static_cast<double>(sum.y.scale) * one));
    if (!operand || !result)
        return refuse(ACCEL_REASON_QUANTIZATION, sum.y.tensor);
    sum.op.operand_scale = *operand;
    sum.op.ofm_scale = *result;
    const bool scale_first = (a < b) != sum.op.reversed;
    sum.op.scaled_operand = scale_first ? ScaledOperand::kFirst : ScaledOperand::kSecond;
    return std::nullopt;
}

}  // namespace

Verdict plan_binary(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Binary binary;
    if (const Verdict refusal = read_binary(graph, node, binary))
        return refusal;
    if (const Verdict refusal = order_operands(binary))
        return refusal;
    if (const Verdict refusal = binary.op.kind == OpKind::kMultiply ? set_product_scale(binary) : set_sum_scales(binary))
        return refusal;
    if (const Verdict refusal = check_repeats(binary.y))
        return refusal;
    binary.op.ifm = binary.a.map(0);
    binary.op.ifm2 = binary.b.map(0);
    binary.op.ofm = binary.y.map(0);
    if (const Verdict refusal = finish_op(binary.op))
        return refusal;
    for (int64_t image = 0; image < binary.y.shape.batch; ++image) {
        binary.op.ifm = binary.a.map(image);
        binary.op.ifm2 = binary.b.map(binary.b.shape.batch == 1 ? 0 : image);
        binary.op.ofm = binary.y.map(image);
        plan.ops.push_back({binary.op, binary.a.tensor, binary.b.tensor, binary.y.tensor, std::nullopt, binary.b.dims});
    }
    return std::nullopt;
}

namespace {

struct Unary {
    Operand x;
    Operand y;
    Op op;
};

Verdict read_unary(const graph::View &graph, const accel_node_desc &node, Unary &out)
{
    if (const Verdict refusal = read_variable(graph, graph::input(node, 0), out.x))
        return refusal;
    if (const Verdict refusal = read_output(graph, node, out.y))
        return refusal;
    if (out.x.dims != out.y.dims)
        return refuse(ACCEL_REASON_SIZE, out.y.tensor, out.y.shape.elements(), out.x.shape.elements());
    return node.operation == ACCEL_OPERATION_CLIP ? read_bounds(graph, node, out.y, out.op.clamp) : read_clamp(node, out.y, out.op.clamp);
}

Verdict add_images(Unary &unary, NodePlan &plan)
{
    if (const Verdict refusal = check_repeats(unary.y))
        return refusal;
    unary.op.ifm = unary.x.map(0);
    unary.op.ofm = unary.y.map(0);
    if (const Verdict refusal = finish_op(unary.op))
        return refusal;
    for (int64_t image = 0; image < unary.x.shape.batch; ++image) {
        unary.op.ifm = unary.x.map(image);
        unary.op.ofm = unary.y.map(image);
        plan.ops.push_back({unary.op, unary.x.tensor, ACCEL_TENSOR_NONE, unary.y.tensor, std::nullopt, {}});
    }
    return std::nullopt;
}

}  // namespace

// A mean over one element.
Verdict plan_requantise(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Unary unary;
    if (const Verdict refusal = read_unary(graph, node, unary))
        return refusal;
    for (const Operand *operand : {&unary.x, &unary.y})
        if (const Verdict refusal = need_quantised(*operand))
            return refusal;
    if (const Verdict refusal = read_rounding(node, unary.op.rounding))
        return refusal;
    const auto multiplier = quant::quantise(static_cast<double>(unary.x.scale) / static_cast<double>(unary.y.scale));
    if (!multiplier)
        return refuse(ACCEL_REASON_QUANTIZATION, unary.y.tensor);
    unary.op.kind = OpKind::kAveragePool;
    unary.op.ofm_scale = *multiplier;
    return add_images(unary, plan);
}

// The maximum of one element, clamped.
Verdict plan_clamp(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Unary unary;
    if (const Verdict refusal = read_unary(graph, node, unary))
        return refusal;
    if (!unary.x.same_quantisation(unary.y))
        return refuse(ACCEL_REASON_QUANTIZATION, unary.y.tensor, unary.y.zero_point, unary.x.zero_point);
    if (node.operation == ACCEL_OPERATION_RELU)
        unary.op.clamp.min = std::max(unary.op.clamp.min, unary.y.zero_point);
    unary.op.kind = OpKind::kMaxPool;
    unary.x.zero_point = 0;
    unary.y.zero_point = 0;
    return add_images(unary, plan);
}

}  // namespace accel::ethosu
