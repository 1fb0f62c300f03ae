// SPDX-License-Identifier: MIT
// Pooling.
#include "bounds.h"
#include "operand.h"
#include "window.h"

#include <bit>

namespace accel::ethosu
{
namespace
{

struct Pool {
    Operand x;
    Operand y;
    Op op;
};

Verdict read_pool(const graph::View &graph, const accel_node_desc &node, Pool &out)
{
    if (const Verdict refusal = read_variable(graph, graph::input(node, 0), out.x))
        return refusal;
    if (const Verdict refusal = read_output(graph, node, out.y))
        return refusal;
    for (const Operand *operand : {&out.x, &out.y})
        if (operand->dims.size() != 4)
            return refuse(ACCEL_REASON_RANK, operand->tensor, static_cast<int64_t>(operand->dims.size()), 4);
    if (out.x.shape.batch != out.y.shape.batch)
        return refuse(ACCEL_REASON_SIZE, out.y.tensor, out.y.shape.batch, out.x.shape.batch);
    if (out.x.shape.extent.channels != out.y.shape.extent.channels)
        return refuse(ACCEL_REASON_SIZE, out.y.tensor, out.y.shape.extent.channels, out.x.shape.extent.channels);
    return read_clamp(node, out.y, out.op.clamp);
}

Verdict read_window(const accel_node_desc &node, Pool &out)
{
    Kernel &kernel = out.op.kernel;
    if (node.operation == ACCEL_OPERATION_GLOBAL_AVERAGE_POOL) {
        kernel.height = out.x.shape.extent.height;
        kernel.width = out.x.shape.extent.width;
    } else {
        const auto shape = graph::ints(node, ACCEL_ATTRIBUTE_KERNEL_SHAPE);
        if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1)
            return refuse(ACCEL_REASON_ATTRIBUTE, out.x.tensor, static_cast<int64_t>(shape.size()), 2);
        kernel.height = shape[0];
        kernel.width = shape[1];
    }
    if (kernel.height > kMaxPoolKernelLength || kernel.width > kMaxPoolKernelLength)
        return refuse(ACCEL_REASON_SIZE, out.x.tensor, std::max(kernel.height, kernel.width), kMaxPoolKernelLength);
    if (const Verdict refusal = fit_window(node, out.x, out.y, kMaxPoolKernelLength, kernel))
        return refusal;
    if (kernel.dilation_y != 1 || kernel.dilation_x != 1)
        return refuse(ACCEL_REASON_ATTRIBUTE, out.x.tensor, 2, 1);
    return std::nullopt;
}

// Stored values move as they are, so their zero point does not matter.
Verdict set_max(Pool &pool)
{
    if (!pool.x.same_quantisation(pool.y))
        return refuse(ACCEL_REASON_QUANTIZATION, pool.y.tensor, pool.y.zero_point, pool.x.zero_point);
    pool.op.kind = OpKind::kMaxPool;
    pool.x.zero_point = 0;
    pool.y.zero_point = 0;
    return std::nullopt;
}

// A multiplier just above 1/count, wide enough that the two roundings give the
// sum divided by count, halves away from zero.
quant::Multiplier mean_multiplier(int64_t count)
{
    const int extra = std::bit_width(static_cast<uint64_t>(count - 1));
    const uint64_t numerator = (uint64_t{1} << (31 + extra)) + (uint64_t{1} << extra);
    return {static_cast<uint32_t>(numerator / static_cast<uint64_t>(count)), 31 + extra};
}

Verdict set_average(const accel_node_desc &node, Pool &pool)
{
    const Kernel &kernel = pool.op.kernel;
    const int64_t padding = kernel.pad_top + kernel.pad_left + kernel.pad_bottom + kernel.pad_right;
    if (padding != 0) // the divisor would differ from place to place
        return refuse(ACCEL_REASON_ATTRIBUTE, pool.x.tensor, padding, 0);
    if (const Verdict refusal = read_rounding(node, pool.op.rounding))
        return refusal;
    pool.op.kind = OpKind::kAveragePool;
    if (pool.op.rounding == Rounding::kDouble && pool.x.same_quantisation(pool.y)) {
        pool.x.zero_point = 0;
        pool.y.zero_point = 0;
        pool.op.ofm_scale = mean_multiplier(kernel.elements());
        return std::nullopt;
    }
    for (const Operand *operand : {&pool.x, &pool.y})
        if (const Verdict refusal = need_quantised(*operand))
            return refusal;
    const double count = static_cast<double>(kernel.elements());
    const auto multiplier = quant::quantise(static_cast<double>(pool.x.scale) / (count * static_cast<double>(pool.y.scale)));
    if (!multiplier)
        return refuse(ACCEL_REASON_QUANTIZATION, pool.y.tensor);
    pool.op.ofm_scale = *multiplier;
    return std::nullopt;
}

} // namespace

Verdict plan_pool(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Pool pool;
    if (const Verdict refusal = read_pool(graph, node, pool))
        return refusal;
    if (const Verdict refusal = read_window(node, pool))
        return refusal;
    if (const Verdict refusal = node.operation == ACCEL_OPERATION_MAX_POOL ? set_max(pool) : set_average(node, pool))
        return refusal;
    if (const Verdict refusal = check_repeats(pool.y))
        return refusal;
    pool.op.ifm = pool.x.map(0);
    pool.op.ofm = pool.y.map(0);
    if (const Verdict refusal = finish_op(pool.op))
        return refusal;
    for (int64_t image = 0; image < pool.x.shape.batch; ++image) {
        pool.op.ifm = pool.x.map(image);
        pool.op.ofm = pool.y.map(image);
        plan.ops.push_back({pool.op, pool.x.tensor, ACCEL_TENSOR_NONE, pool.y.tensor, std::nullopt, {}});
    }
    return std::nullopt;
}

} // namespace accel::ethosu
