// SPDX-License-Identifier: MIT
// Addition, requantisation, and clamping of stored values.
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
        return refuse(ACCEL_REASON_LAYOUT, operand.tensor,
                      static_cast<int64_t>(operand.dims.size()), static_cast<int64_t>(rank));
    operand.dims = dims;
    operand.shape = shape_of(dims);
    return std::nullopt;
}

bool broadcasts_to(const Shape &shape, const Shape &full)
{
    const auto fits = [](int64_t have, int64_t want) { return have == want || have == 1; };
    return fits(shape.batch, full.batch) && fits(shape.extent.height, full.extent.height) &&
           fits(shape.extent.width, full.extent.width) &&
           fits(shape.extent.channels, full.extent.channels);
}

struct Addition {
    Operand a; // of the output's shape, not constant
    Operand b;
    Operand y;
    Op op;
};

Verdict read_addition(const graph::View &graph, const accel_node_desc &node, Addition &out)
{
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
    if (out.op.rounding != Rounding::kDouble)
        return refuse(ACCEL_REASON_ROUNDING, ACCEL_TENSOR_NONE, node.rounding,
                      ACCEL_ROUNDING_TFLITE);
    return read_clamp(node, out.y, out.op.clamp);
}

Verdict order_operands(Addition &sum)
{
    for (Operand *operand : {&sum.a, &sum.b})
        if (const Verdict refusal = view_at_rank(*operand, sum.y.dims.size()))
            return refusal;
    if (sum.a.shape != sum.y.shape || sum.a.is_constant)
        std::swap(sum.a, sum.b);
    if (sum.a.shape != sum.y.shape || !broadcasts_to(sum.b.shape, sum.y.shape))
        return refuse(ACCEL_REASON_SIZE, sum.a.tensor, sum.a.shape.elements(),
                      sum.y.shape.elements());
    if (sum.a.is_constant)
        return refuse(ACCEL_REASON_CONSTANT, sum.a.tensor);
    return std::nullopt;
}

// The operand with the smaller scale is brought to half of the larger one.
Verdict set_sum_scales(Addition &sum)
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
    sum.op.scaled_operand = a < b ? ScaledOperand::kFirst : ScaledOperand::kSecond;
    return std::nullopt;
}

} // namespace

Verdict plan_add(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Addition sum;
    if (const Verdict refusal = read_addition(graph, node, sum))
        return refusal;
    if (const Verdict refusal = order_operands(sum))
        return refusal;
    if (const Verdict refusal = set_sum_scales(sum))
        return refusal;
    if (const Verdict refusal = check_repeats(sum.y))
        return refusal;
    sum.op.kind = OpKind::kAdd;
    sum.op.ifm = sum.a.map(0);
    sum.op.ifm2 = sum.b.map(0);
    sum.op.ofm = sum.y.map(0);
    if (const Verdict refusal = finish_op(sum.op))
        return refusal;
    for (int64_t image = 0; image < sum.y.shape.batch; ++image) {
        sum.op.ifm = sum.a.map(image);
        sum.op.ifm2 = sum.b.map(sum.b.shape.batch == 1 ? 0 : image);
        sum.op.ofm = sum.y.map(image);
        plan.ops.push_back(
            {sum.op, sum.a.tensor, sum.b.tensor, sum.y.tensor, std::nullopt, sum.b.dims});
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
        return refuse(ACCEL_REASON_SIZE, out.y.tensor, out.y.shape.elements(),
                      out.x.shape.elements());
    return read_clamp(node, out.y, out.op.clamp);
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
        plan.ops.push_back(
            {unary.op, unary.x.tensor, ACCEL_TENSOR_NONE, unary.y.tensor, std::nullopt, {}});
    }
    return std::nullopt;
}

} // namespace

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
    const auto multiplier = quant::quantise(static_cast<double>(unary.x.scale) /
                                            static_cast<double>(unary.y.scale));
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
        return refuse(ACCEL_REASON_QUANTIZATION, unary.y.tensor, unary.y.zero_point,
                      unary.x.zero_point);
    if (node.operation == ACCEL_OPERATION_RELU)
        unary.op.clamp.min = std::max(unary.op.clamp.min, unary.y.zero_point);
    unary.op.kind = OpKind::kMaxPool;
    unary.x.zero_point = 0;
    unary.y.zero_point = 0;
    return add_images(unary, plan);
}

} // namespace accel::ethosu
