// SPDX-License-Identifier: MIT
// REDUCE_MEAN, of real and of stored values.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../kernels/floats.h"
#include "../nodes/stored_mean.h"
#include "../nodes/walk.h"

#include <accel/graph/values.h>

#include <array>

namespace accel::cpu
{
namespace
{

// Sums over some axes of a tensor of T. Blocked: Block within a row of at most kBlock elements, Sum over blocks, so that binary32 keeps its
// precision however many elements there are.
template <typename T, typename Block, typename Sum> class Sums
{
public:
    using Row = Sum (*)(const T *x, int64_t count);

    // adjacent: a kernel for values that lie next to each other, or null.
    Sums(const View &x, const Dims &y_strides, const std::vector<bool> &reduced, Row adjacent) : adjacent_(adjacent)
    {
        Dims outer = x.dims, inner = x.dims;
        for (size_t axis = 0; axis < x.dims.size(); ++axis)
            (reduced[axis] ? outer : inner)[axis] = 1;
        outer_ = make_walk<2>(outer, {y_strides, x.strides});
        inner_ = make_walk<1>(inner, {x.strides});
    }

    int64_t count() const { return inner_.elements(); }

    // give(offset of the result, sum)
    template <typename Give> void each(const T *x, const Give &give) const
    {
        outer_.each(1, [&](const std::array<int64_t, 2> &at, int64_t count) {
            const auto [y_step, x_step] = outer_.row_stride;
            for (int64_t i = 0; i < count; i += kLanes) {
                const int64_t lanes = std::min(kLanes, count - i);
                const auto sums = x_step == 1 && lanes > 1 ? side_by_side(x + at[1] + i, lanes) : one_by_one(x + at[1] + i * x_step, lanes, x_step);
                for (int64_t lane = 0; lane < lanes; ++lane)
                    give(at[0] + (i + lane) * y_step, sums[static_cast<size_t>(lane)]);
            }
        });
    }

private:
    static constexpr int64_t kLanes = 64, kBlock = 64;
    using Lanes = std::array<Sum, kLanes>;

    // Results that lie next to each other are summed together.
    Lanes side_by_side(const T *x, int64_t lanes) const
    {
        Lanes sums{};
        std::array<Block, kLanes> block{};
        int64_t in_block = 0;
        const auto end_block = [&] {
            for (size_t lane = 0; lane < kLanes; ++lane)
                sums[lane] += static_cast<Sum>(block[lane]);
            block.fill(0);
            in_block = 0;
        };
        inner_.each(1, [&](const std::array<int64_t, 1> &at, int64_t count) {
            for (int64_t i = 0; i < count; ++i) {
                const T *from = x + at[0] + i * inner_.row_stride[0];
                for (int64_t lane = 0; lane < lanes; ++lane)
                    block[static_cast<size_t>(lane)] += static_cast<Block>(from[lane]);
                if (++in_block == kBlock)
                    end_block();
            }
        });
        end_block();
        return sums;
    }

    Lanes one_by_one(const T *x, int64_t lanes, int64_t step) const
    {
        Lanes sums{};
        for (int64_t lane = 0; lane < lanes; ++lane)
            inner_.each(1, [&](const std::array<int64_t, 1> &at, int64_t count) {
                sums[static_cast<size_t>(lane)] += row(x + lane * step + at[0], count);
            });
        return sums;
    }

    Sum row(const T *x, int64_t count) const
    {
        const int64_t step = inner_.row_stride[0];
        if (step == 1 && adjacent_ != nullptr)
            return adjacent_(x, count);
        Sum sum = 0;
        for (int64_t first = 0; first < count; first += kBlock) {
            const int64_t last = std::min(first + kBlock, count);
            Block block = 0;
            for (int64_t i = first; i < last; ++i)
                block += static_cast<Block>(x[i * step]);
            sum += static_cast<Sum>(block);
        }
        return sum;
    }

    Row adjacent_;
    Walk<2> outer_;
    Walk<1> inner_;
};

class MeanStep : public Step
{
public:
    MeanStep(const View &x, const View &y, const Dims &y_strides, const std::vector<bool> &reduced)
        : sums_(x, y_strides, reduced, float_kernels().sum), x_(x.value), y_(y.value)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *y = reinterpret_cast<float *>(values[y_]);
        const auto count = static_cast<double>(sums_.count());
        sums_.each(reinterpret_cast<const float *>(values[x_]),
                   [&](int64_t at, double sum) { y[at] = static_cast<float>(sum / count); });
        return true;
    }

private:
    Sums<float, float, double> sums_;
    uint32_t x_, y_;
};

template <typename Stored> class StoredMeanStep : public Step
{
public:
    StoredMeanStep(const View &x, const View &y, const Dims &y_strides, const std::vector<bool> &reduced, ReducedMean mean)
        : sums_(x, y_strides, reduced, nullptr), mean_(mean), x_(x.value), y_(y.value)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *y = reinterpret_cast<uint8_t *>(values[y_]);
        sums_.each(reinterpret_cast<const Stored *>(values[x_]),
                   [&](int64_t at, int64_t sum) { y[at] = static_cast<uint8_t>(mean_.of(sum)); });
        return true;
    }

private:
    Sums<Stored, int32_t, int64_t> sums_;
    ReducedMean mean_;
    uint32_t x_, y_;
};

int64_t reduced_elements(const Dims &dims, const std::vector<bool> &reduced)
{
    int64_t count = 1;
    for (size_t axis = 0; axis < dims.size(); ++axis)
        count *= reduced[axis] ? dims[axis] : 1;
    return count;
}

} // namespace

void check_reduce_mean(const Checker &c)
{
    // The sum of what is averaged must fit 32 bits.
    constexpr int64_t kMost = ((INT64_C(1) << 31) - 1) / 255;
    if (c.averaged_types())
        c.stored_average(*element_count(*graph::fixed_dims(c.input(0))) / *element_count(*graph::fixed_dims(c.output())), kMost);
}

void prepare_reduce_mean(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], Layout::kRowMajor);
    const auto axes = *graph::ascending_axes(builder.integers(node, ACCEL_OPERAND_REDUCE_MEAN_AXES), x.dims.size(), nullptr);
    std::vector<bool> reduced(x.dims.size(), axes.empty());
    for (const int64_t axis : axes)
        reduced[static_cast<size_t>(axis)] = true;
    const bool keep = node.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1) != 0;
    Dims y_strides(x.dims.size(), 0);
    for (size_t axis = 0, at = 0; axis < x.dims.size(); ++axis) {
        if (!reduced[axis])
            y_strides[axis] = y.strides[at];
        at += keep || !reduced[axis] ? 1 : 0;
    }
    if (x.type == ACCEL_TYPE_F32)
        return builder.add(std::make_unique<MeanStep>(x, y, y_strides, reduced), {x.value, y.value});
    const ReducedMean mean(builder.graph().tensor(node.inputs[0]), builder.graph().tensor(node.outputs[0]), node.rounding,
                           reduced_elements(x.dims, reduced));
    if (x.type == ACCEL_TYPE_I8)
        return builder.add(std::make_unique<StoredMeanStep<int8_t>>(x, y, y_strides, reduced, mean), {x.value, y.value});
    builder.add(std::make_unique<StoredMeanStep<uint8_t>>(x, y, y_strides, reduced, mean), {x.value, y.value});
}

} // namespace accel::cpu
