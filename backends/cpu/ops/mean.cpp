// SPDX-License-Identifier: MIT
// REDUCE_MEAN, of real and of stored values, and of whole numbers.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../kernels/floats.h"
#include "../nodes/folded.h"
#include "../nodes/stored_mean.h"

#include <accel/graph/values.h>

namespace accel::cpu {
namespace {

__extension__ using Int128 = __int128;

template <typename T, bool real = kIsReal<T>> struct SumsOf {
    using Fold = Sum<T, float, double>;
};
template <> struct SumsOf<double, true> {
    using Fold = Sum<double, double, double>;
};
// What no sum of 2^31 elements leaves.
template <typename T> struct SumsOf<T, false> {
    using Type = std::conditional_t<sizeof(T) < 8, int64_t, Int128>;
    using Fold = Sum<T, Type, Type>;
};

using Averaged = Types<float, double, Half, Brain, int32_t, uint32_t, int64_t, uint64_t>;

// Of whole numbers toward zero.
template <typename Result, typename Total> struct Over {
    Total count;
    Result operator()(Total total) const { return static_cast<Result>(static_cast<Wide<Result>>(total / count)); }
};

template <typename Fold, typename Result> void add_mean(Builder &builder, const View &x, const View &y, const Along &along, typename Folded<Fold>::Row adjacent = nullptr)
{
    using Total = typename Fold::Total;
    add_fold<Fold, Result>(builder, x, y, along, Over<Result, Total>{static_cast<Total>(along.count(x.dims))}, adjacent);
}

template <typename Stored> void add_stored_mean(Builder &builder, const View &x, const View &y, const Along &along, const ReducedMean &mean)
{
    add_fold<Sum<Stored, int32_t, int64_t>, uint8_t>(builder, x, y, along, [mean](int64_t sum) { return static_cast<uint8_t>(mean.of(sum)); });
}

void check_reduce_mean(const Checker &c)
{
    // The sum of what is averaged must fit 32 bits.
    constexpr int64_t kMost = ((INT64_C(1) << 31) - 1) / 255;
    if (!quantizable(c.input(0).type)) {
        check_plain(c, Averaged{});
        return c.same_type(c.result(), c.input(0).type);
    }
    c.averaged_types();
    c.stored_average(*element_count(*graph::fixed_dims(c.input(0))) / *element_count(*graph::fixed_dims(c.output())), kMost);
}

void prepare_reduce_mean(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], Layout::kRowMajor);
    const auto axes = *graph::ascending_axes(builder.integers(node, ACCEL_OPERAND_REDUCE_MEAN_AXES), x.dims.size(), nullptr);
    const Along along = read_along(node, axes, x, y);
    if (x.type == ACCEL_TYPE_F32)
        return add_mean<Sum<float, float, double>, float>(builder, x, y, along, float_kernels().sum);
    if (!quantizable(x.type))
        return with_type(Averaged{}, x.type, [&]<typename T>(T) { add_mean<typename SumsOf<T>::Fold, T>(builder, x, y, along); });
    const ReducedMean mean(builder.graph().tensor(node.inputs[0]), builder.graph().tensor(node.outputs[0]), node.rounding, along.count(x.dims));
    return x.type == ACCEL_TYPE_I8 ? add_stored_mean<int8_t>(builder, x, y, along, mean) : add_stored_mean<uint8_t>(builder, x, y, along, mean);
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_REDUCE_MEAN, 1, check_reduce_mean, prepare_reduce_mean},
};

}  // namespace

const std::span<const CpuOp> kMeanOps = kRows;

}  // namespace accel::cpu
