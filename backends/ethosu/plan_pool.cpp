// SPDX-License-Identifier: MIT
// Plans pools: over windows, or over whole planes.
#include "bounds.h"
#include "operand.h"
#include "tile/tile.h"
#include "window.h"

#include <bit>

namespace accel::ethosu {
namespace {

struct Pool {
    Operand x;
    Operand y;
    Op op;
    bool means_of_stored = false;  // of stored values as they are; else of reals
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
            return refuse_attribute(ACCEL_ATTRIBUTE_KERNEL_SHAPE, out.x.tensor, static_cast<int64_t>(shape.size()), 2);
        kernel.height = shape[0];
        kernel.width = shape[1];
    }
    if (kernel.height > kMaxPoolKernelLength || kernel.width > kMaxPoolKernelLength)
        return refuse(ACCEL_REASON_SIZE, out.x.tensor, std::max(kernel.height, kernel.width), kMaxPoolKernelLength);
    if (const Verdict refusal = fit_window(node, out.x, out.y, kMaxPoolKernelLength, kernel))
        return refusal;
    if (kernel.dilation_y != 1 || kernel.dilation_x != 1)
        return refuse_attribute(ACCEL_ATTRIBUTE_DILATIONS, out.x.tensor, 2, 1);
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
    if (padding != 0 && graph::integer(node, ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, 0) != 0)
        return refuse_attribute(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, pool.x.tensor, padding, 0);
    if (const Verdict refusal = read_rounding(node, pool.op.rounding))
        return refusal;
    pool.op.kind = OpKind::kAveragePool;
    pool.means_of_stored = pool.op.rounding == Rounding::kDouble && pool.x.same_quantisation(pool.y);
    if (pool.means_of_stored) {
        pool.x.zero_point = 0;
        pool.y.zero_point = 0;
        return std::nullopt;
    }
    for (const Operand *operand : {&pool.x, &pool.y})
        if (const Verdict refusal = need_quantised(*operand))
            return refusal;
    return std::nullopt;
}

Verdict set_mean_scale(Pool &pool, int64_t count)
{
    if (pool.means_of_stored) {
        pool.op.ofm_scale = mean_multiplier(count);
        return std::nullopt;
    }
    const auto multiplier =
        quant::quantise(static_cast<double>(pool.x.scale) / (static_cast<double>(count) * static_cast<double>(pool.y.scale)));
    if (!multiplier)
        return refuse(ACCEL_REASON_QUANTIZATION, pool.y.tensor);
    pool.op.ofm_scale = *multiplier;
    return std::nullopt;
}

// Outputs along one axis whose windows see the same number of inputs.
struct Segment {
    int64_t first_output = 0;
    int64_t outputs = 0;
    int64_t first_input = 0;
    int64_t taps = 0;
};

// Whole windows are one segment, each clipped window is one of its own.
std::vector<Segment> segments(int64_t inputs, int64_t outputs, int64_t kernel, int64_t stride, int64_t before)
{
    std::vector<Segment> found;
    for (int64_t output = 0; output < outputs; ++output) {
        const tile::Halo seen = tile::halo(inputs, {output, output + 1}, {kernel, stride, 1}, before);
        const int64_t taps = seen.input.length();
        if (!found.empty() && taps == kernel && found.back().taps == kernel)
            ++found.back().outputs;
        else
            found.push_back({output, 1, seen.input.begin, taps});
    }
    return found;
}

// The part of a map that starts `y` rows and `x` columns in.
FeatureMap window_of(FeatureMap map, int64_t y, int64_t x, int64_t height, int64_t width)
{
    map.place.offset_bytes += static_cast<uint64_t>(y * map.strides.y_bytes + x * map.strides.x_bytes);
    map.extent.height = height;
    map.extent.width = width;
    return map;
}

Verdict add_part(Pool &pool, const Segment &down, const Segment &across, NodePlan &plan)
{
    if (down.taps < 1 || across.taps < 1)
        return refuse_attribute(ACCEL_ATTRIBUTE_PADS, pool.x.tensor, 0, 1);
    if (pool.op.kind == OpKind::kAveragePool)
        if (const Verdict refusal = set_mean_scale(pool, down.taps * across.taps))
            return refusal;
    Op op = pool.op;
    Kernel &kernel = op.kernel;
    kernel = {down.taps, across.taps, down.outputs == 1 ? 1 : kernel.stride_y, across.outputs == 1 ? 1 : kernel.stride_x, 1, 1, 0, 0, 0, 0};
    const int64_t height = (down.outputs - 1) * kernel.stride_y + down.taps;
    const int64_t width = (across.outputs - 1) * kernel.stride_x + across.taps;
    for (int64_t image = 0; image < pool.x.shape.batch; ++image) {
        op.ifm = window_of(pool.x.map(image), down.first_input, across.first_input, height, width);
        op.ofm = window_of(pool.y.map(image), down.first_output, across.first_output, down.outputs, across.outputs);
        if (image == 0)
            if (const Verdict refusal = finish_op(op))
                return refusal;
        plan.ops.push_back({op, pool.x.tensor, ACCEL_TENSOR_NONE, pool.y.tensor, std::nullopt, {}});
    }
    return std::nullopt;
}

// An average divides by the inputs that a window really sees, so windows that
// padding clips differently become operations of their own, without padding.
Verdict add_averages(Pool &pool, NodePlan &plan)
{
    const Kernel kernel = pool.op.kernel;
    const layout::Extent &in = pool.x.shape.extent;
    const layout::Extent &out = pool.y.shape.extent;
    const auto down = segments(in.height, out.height, kernel.height, kernel.stride_y, kernel.pad_top);
    const auto across = segments(in.width, out.width, kernel.width, kernel.stride_x, kernel.pad_left);
    if (const Verdict refusal = check_repeats(pool.y, static_cast<int64_t>(down.size() * across.size())))
        return refusal;
    for (const Segment &rows : down)
        for (const Segment &columns : across)
            if (const Verdict refusal = add_part(pool, rows, columns, plan))
                return refusal;
    return std::nullopt;
}

Verdict add_maxima(Pool &pool, NodePlan &plan)
{
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

}  // namespace

Verdict plan_pool(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    Pool pool;
    if (const Verdict refusal = read_pool(graph, node, pool))
        return refusal;
    if (const Verdict refusal = read_window(node, pool))
        return refusal;
    if (node.operation == ACCEL_OPERATION_MAX_POOL) {
        if (const Verdict refusal = set_max(pool))
            return refusal;
        return add_maxima(pool, plan);
    }
    if (const Verdict refusal = set_average(node, pool))
        return refusal;
    return add_averages(pool, plan);
}

}  // namespace accel::ethosu
