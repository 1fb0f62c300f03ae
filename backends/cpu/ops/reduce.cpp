// SPDX-License-Identifier: MIT
// REDUCE_SUM, REDUCE_PROD, REDUCE_MAX and REDUCE_MIN.
#include "../checker.h"
#include "ops.h"

#include "../kernels/floats.h"
#include "../nodes/folded.h"

#include <accel/graph/values.h>

namespace accel::cpu {
namespace {

using Summed = Types<float, double, Half, Brain, int32_t, uint32_t, int64_t, uint64_t>;
using Compared = Types<float, double, Half, Brain, int8_t, uint8_t, int32_t, uint32_t, int64_t, uint64_t, Truth>;

// Whole numbers wrap. Reals of 16 and 32 bits are summed in blocks of binary32, and blocks in binary64.
template <typename T, bool real = kIsReal<T>> struct SumsOf {
    using Fold = Sum<T, Wide<T>, double>;
};
template <typename T> struct SumsOf<T, false> {
    using Fold = Sum<T, Wrapping<T>, Wrapping<T>>;
};
template <typename T> using ProductsOf = Product<T, std::conditional_t<kIsReal<T>, double, Wrapping<std::conditional_t<kIsReal<T>, int32_t, T>>>>;

template <typename Result> struct As {
    template <typename Total> Result operator()(Total total) const { return static_cast<Result>(static_cast<Wide<Result>>(total)); }
};

template <typename Result, typename Fold> void add(Builder &builder, const View &x, const View &y, const Along &along, typename Folded<Fold>::Row adjacent = nullptr)
{
    add_fold<Fold, Result>(builder, x, y, along, As<Result>{}, adjacent);
}

void check_reduce(const Checker &c)
{
    check_plain(c, Summed{});
    c.same_type(c.result(), c.input(0).type);
}

// Stored values are in the order of those that they stand for.
void check_extreme(const Checker &c)
{
    check_types(c, Compared{});
    c.kept();
}

void prepare_reduce(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], Layout::kRowMajor);
    const auto axes = *graph::ascending_axes(builder.integers(node, ACCEL_OPERAND_REDUCE_SUM_AXES), x.dims.size(), nullptr);
    const Along along = read_along(node, axes, x, y);
    switch (node.operation) {
    case ACCEL_OPERATION_REDUCE_SUM:
        if (x.type == ACCEL_TYPE_F32)
            return add<float, SumsOf<float>::Fold>(builder, x, y, along, float_kernels().sum);
        return with_type(Summed{}, x.type, [&]<typename T>(T) { add<T, typename SumsOf<T>::Fold>(builder, x, y, along); });
    case ACCEL_OPERATION_REDUCE_PROD:
        return with_type(Summed{}, x.type, [&]<typename T>(T) { add<T, ProductsOf<T>>(builder, x, y, along); });
    case ACCEL_OPERATION_REDUCE_MAX:
        return with_type(Compared{}, x.type, [&]<typename T>(T) { add<T, Extreme<T, true>>(builder, x, y, along); });
    default:
        return with_type(Compared{}, x.type, [&]<typename T>(T) { add<T, Extreme<T, false>>(builder, x, y, along); });
    }
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_REDUCE_SUM, 1, check_reduce, prepare_reduce},
    {ACCEL_OPERATION_REDUCE_MAX, 1, check_extreme, prepare_reduce},
    {ACCEL_OPERATION_REDUCE_MIN, 1, check_extreme, prepare_reduce},
    {ACCEL_OPERATION_REDUCE_PROD, 1, check_reduce, prepare_reduce},
};

}  // namespace

const std::span<const CpuOp> kReduceOps = kRows;

}  // namespace accel::cpu
