// SPDX-License-Identifier: MIT
// Maxima of real and stored values, and averages of real ones.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../kernels/floats.h"
#include "../nodes/maximum_rows.h"
#include "../nodes/pool.h"
#include "../nodes/requantize.h"
#include "../nodes/stored_maximum.h"
#include "../nodes/walk.h"
#include "../window.h"

#include <limits>

namespace accel::cpu {
namespace {

// Windows over real values, channels last.
class RealPoolStep : public Step {
public:
    RealPoolStep(const View &x, const View &y, PoolWindows windows, Clamp clamp, int threads)
        : windows_(std::move(windows)),
          clamp_(clamp),
          threads_(threads),
          x_(x.value),
          y_(y.value)
    {
    }

protected:
    // Calls body(all of x, the channels of one position in y, the position's taps).
    template <typename Body> void each_position(Values values, const Body &body) const
    {
        const auto *x = reinterpret_cast<const float *>(values[x_]);
        auto *y = reinterpret_cast<float *>(values[y_]);
        windows_.each_position(threads_, [&](int64_t position, const PoolTaps &taps) { body(x, y + position * windows_.channels(), taps); });
    }

    const PoolWindows windows_;
    const Clamp clamp_;

private:
    const int threads_;
    const uint32_t x_, y_;
};

// The result of a position is gathered in place in the output. One NaN makes the maximum NaN, wherever in the window it lies.
class MaximumStep : public RealPoolStep {
public:
    using RealPoolStep::RealPoolStep;

    bool run(Values values, StepState *) const noexcept override
    {
        const int64_t channels = windows_.channels();
        each_position(values, [&](const float *x, float *to, const PoolTaps &taps) {
            const float *rows[kRows];
            int64_t number = 0;
            bool begun = false;
            const auto join = [&] {
                kernels_.join_maximum(rows, number, channels, 1, to);
                rows[0] = to, number = 1, begun = true;
            };
            windows_.each_tap(taps, [&](int64_t element) {
                rows[number++] = x + element;
                if (number == kRows)
                    join();
            });
            if (number == 0)
                std::fill_n(to, channels, -std::numeric_limits<float>::infinity());
            else if (!begun || number > 1)
                join();
            if (!clamp_.none())
                kernels_.bound(to, channels, clamp_.min, clamp_.max, to);
        });
        return true;
    }

private:
    static constexpr int64_t kRows = 32;  // joined at once

    const FloatKernels &kernels_ = float_kernels();
};

// Sums are blocked: binary32 within a block of taps, binary64 over blocks, so that the error does not grow with the window.
class AverageStep : public RealPoolStep {
public:
    using RealPoolStep::RealPoolStep;

    bool run(Values values, StepState *) const noexcept override
    {
        const int64_t channels = windows_.channels();
        each_position(values, [&](const float *x, float *to, const PoolTaps &taps) {
            for (int64_t c = 0; c < channels; c += kPiece)
                piece(x + c, to + c, std::min(kPiece, channels - c), taps);
        });
        return true;
    }

private:
    static constexpr int64_t kPiece = 256, kBlock = 64;

    void piece(const float *x, float *y, int64_t channels, const PoolTaps &taps) const
    {
        float block[kPiece];
        double sums[kPiece];
        std::fill_n(block, channels, 0.0f);
        std::fill_n(sums, channels, 0.0);
        int64_t in_block = 0;
        const auto end_block = [&] {
            for (int64_t c = 0; c < channels; ++c) {
                sums[c] += static_cast<double>(block[c]);
                block[c] = 0;
            }
            in_block = 0;
        };
        windows_.each_tap(taps, [&](int64_t element) {
            const float *from = x + element;
            for (int64_t c = 0; c < channels; ++c)
                block[c] += from[c];
            if (++in_block == kBlock)
                end_block();
        });
        end_block();
        const double count = static_cast<double>(std::max<int64_t>(taps.count, 1));
        for (int64_t c = 0; c < channels; ++c)
            y[c] = std::clamp(static_cast<float>(sums[c] / count), clamp_.min, clamp_.max);
    }
};

// Elements under one window of a quantised average: there is a multiplier for each count.
constexpr int64_t kMaxAveraged = 1 << 16;

void check_pool(const Checker &c)
{
    c.rank(5);
    const auto given = c.applied().ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE);
    const Dims kernel(given.begin(), given.end());
    const Window window = c.window(kernel);
    for (size_t axis = 0; axis < window.axes(); ++axis)
        if (window.pad_begin[axis] >= window.reach(axis) || window.pad_end[axis] >= window.reach(axis))
            refuse_attribute(ACCEL_ATTRIBUTE_PADS, window.pad_begin[axis], window.reach(axis) - 1);
    if (c.operation() != ACCEL_OPERATION_MAX_POOL) {
        if (c.averaged_types())
            c.stored_average(element_count(kernel).value_or(INT64_MAX), kMaxAveraged);
        return;
    }
    c.types({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8});
    c.equal_quantization(c.operand(0), c.result());
}

void prepare_pool(Builder &builder, const Node &node)
{
    const Tensor &x_tensor = builder.graph().tensor(node.inputs[0]);
    const Window window = builder.window(node, node.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {}));
    if (node.operation == ACCEL_OPERATION_AVERAGE_POOL && is_quantized(builder.graph(), node))
        return prepare_quantized_pool(builder, node);
    const Dims x_dims = dims_of(x_tensor), y_dims = dims_of(builder.graph().tensor(node.outputs[0]));
    const Clamp clamp = builder.fusion().clamp;
    const bool real_maximum = node.operation == ACCEL_OPERATION_MAX_POOL && x_tensor.type == ACCEL_TYPE_F32;
    const Layout layout = builder.layout_of(node.inputs[0]) == Layout::kRowMajor ? Layout::kRowMajor : Layout::kChannelsLast;
    const int64_t inner = layout == Layout::kRowMajor ? 1 : x_dims[1];
    if (real_maximum && takes_rows(x_dims, y_dims, window, inner)) {
        const View rows = builder.in_layout(node.inputs[0], layout), out = builder.define(node.outputs[0], layout);
        return builder.add(make_maximum_rows_step(rows, out, window, clamp, builder.threads(), inner), {rows.value, out.value});
    }
    const View x = builder.in_layout(node.inputs[0], Layout::kChannelsLast), y = builder.define(node.outputs[0], Layout::kChannelsLast);
    if (node.operation == ACCEL_OPERATION_AVERAGE_POOL) {
        PoolWindows windows(x.dims, y.dims, window, node.integer(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, 0) != 0);
        builder.add(std::make_unique<AverageStep>(x, y, std::move(windows), clamp, builder.threads()), {x.value, y.value});
        return;
    }
    if (x_tensor.type == ACCEL_TYPE_F32) {
        auto step = std::make_unique<MaximumStep>(x, y, PoolWindows(x.dims, y.dims, window, false), clamp, builder.threads());
        return builder.add(std::move(step), {x.value, y.value});
    }
    const StoredRange range = stored_range(x_tensor, clamp, node.rounding);
    const StoredBounds bounds{static_cast<uint8_t>(range.low), static_cast<uint8_t>(range.high)};
    builder.add(make_stored_maximum_step(x, y, window, bounds, builder.threads()), {x.value, y.value});
}

void check_global_pool(const Checker &c)
{
    if (c.averaged_types())
        c.stored_average(element_count(spatial_of(*graph::fixed_dims(c.input(0)))).value_or(INT64_MAX), kMaxAveraged);
}

void prepare_global_pool(Builder &builder, const Node &node)
{
    if (is_quantized(builder.graph(), node))
        return prepare_quantized_pool(builder, node);
    const View x = builder.in_layout(node.inputs[0], Layout::kChannelsLast), y = builder.define(node.outputs[0], Layout::kChannelsLast);
    const Window window = global_window(x.dims);
    builder.add(std::make_unique<AverageStep>(x, y, PoolWindows(x.dims, y.dims, window, false), builder.fusion().clamp, builder.threads()),
                {x.value, y.value});
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_MAX_POOL, 1, check_pool, prepare_pool},
    {ACCEL_OPERATION_AVERAGE_POOL, 1, check_pool, prepare_pool},
    {ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, 1, check_global_pool, prepare_global_pool},
};

}  // namespace

const std::span<const CpuOp> kPoolOps = kRows;

}  // namespace accel::cpu
