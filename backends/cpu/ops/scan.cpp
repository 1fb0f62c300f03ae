// SPDX-License-Identifier: MIT
// One axis from its begin to its end: ARG_MAX, ARG_MIN, CUM_SUM, CUM_PROD.
#include "../checker.h"
#include "ops.h"

#include "../nodes/folded.h"

#include <accel/graph/values.h>

#include <type_traits>

namespace accel::cpu {
namespace {

// The axis, and a walk over the first places of its rows: of the result, and of x.
struct Rows {
    Walk<2> walk;
    int64_t count, x_step, y_step;
};

Rows rows_along(const View &x, const Dims &y_strides, size_t axis)
{
    Dims firsts = x.dims;
    firsts[axis] = 1;
    return {make_walk<2>(firsts, {y_strides, x.strides}), x.dims[axis], x.strides[axis], y_strides[axis]};
}

// each(first place of x, first place of y) for every row.
template <typename Body> void for_each_row(const Rows &rows, int threads, const Body &body)
{
    rows.walk.each(
        threads,
        [&](const std::array<int64_t, 2> &at, int64_t count) {
            for (int64_t i = 0; i < count; ++i)
                body(at[1] + i * rows.walk.row_stride[1], at[0] + i * rows.walk.row_stride[0]);
        },
        rows.count);
}

using Cumulated = Types<float, double, Half, Brain, int32_t, uint32_t, int64_t, uint64_t>;

struct Choice {
    bool greatest, last;  // of equal ones the last

    // A NaN beats every number.
    template <typename T> bool prefers(T x, T best) const
    {
        if (is_nan(x) || is_nan(best))
            return is_nan(x) && (last || !is_nan(best));
        return (greatest ? x > best : x < best) || (last && x == best);
    }
};

template <typename T> class ArgStep : public Step {
public:
    ArgStep(const View &x, const View &y, Rows rows, Choice choice, int threads) : rows_(std::move(rows)),
                                                                                   choice_(choice),
                                                                                   x_(x.value),
                                                                                   y_(y.value),
                                                                                   threads_(threads) {}

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const T *>(values[x_]);
        auto *y = reinterpret_cast<int64_t *>(values[y_]);
        for_each_row(rows_, threads_, [&](int64_t from, int64_t to) {
            int64_t place = 0;
            auto best = static_cast<Wide<T>>(x[from]);
            for (int64_t i = 1; i < rows_.count; ++i) {
                const auto value = static_cast<Wide<T>>(x[from + i * rows_.x_step]);
                if (!choice_.prefers(value, best))
                    continue;
                best = value;
                place = i;
            }
            y[to] = place;
        });
        return true;
    }

private:
    Rows rows_;
    Choice choice_;
    uint32_t x_, y_;
    int threads_;
};

// Sums and products of whole numbers wrap; those of reals are made in binary64.
template <typename T, bool real = kIsReal<T>> struct TotalOf {
    using type = double;
};
template <typename T> struct TotalOf<T, false> {
    using type = Wrapping<T>;
};

struct Cumulation {
    bool product, exclusive, reverse;
};

template <typename T> class CumulateStep : public Step {
    using Total = typename TotalOf<T>::type;

public:
    CumulateStep(const View &x, const View &y, Rows rows, Cumulation how, int threads) : rows_(std::move(rows)),
                                                                                         how_(how),
                                                                                         x_(x.value),
                                                                                         y_(y.value),
                                                                                         threads_(threads) {}

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const T *>(values[x_]);
        auto *y = reinterpret_cast<T *>(values[y_]);
        for_each_row(rows_, threads_, [&](int64_t from, int64_t to) {
            Total total = how_.product ? 1 : 0;
            for (int64_t i = 0; i < rows_.count; ++i) {
                const int64_t place = how_.reverse ? rows_.count - 1 - i : i;
                const auto value = static_cast<Total>(x[from + place * rows_.x_step]);
                const Total with = static_cast<Total>(how_.product ? total * value : total + value);
                y[to + place * rows_.y_step] = static_cast<T>(static_cast<Wide<T>>(how_.exclusive ? total : with));
                total = with;
            }
        });
        return true;
    }

private:
    Rows rows_;
    Cumulation how_;
    uint32_t x_, y_;
    int threads_;
};

void check_arg(const Checker &c)
{
    check_plain(c, Numbers{});
    c.same_type(c.result(), ACCEL_TYPE_I64);
}

void prepare_arg(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], Layout::kRowMajor);
    const int64_t axis = node.integer(ACCEL_ATTRIBUTE_AXIS, 0);
    const Rows rows = rows_along(x, read_along(node, {axis}, x, y).y_strides, static_cast<size_t>(axis));
    const Choice choice{node.operation == ACCEL_OPERATION_ARG_MAX, node.integer(ACCEL_ATTRIBUTE_SELECT_LAST, 0) != 0};
    with_type(Numbers{}, x.type, [&]<typename T>(T) {
        builder.add(std::make_unique<ArgStep<T>>(x, y, rows, choice, builder.threads()), {x.value, y.value});
    });
}

void check_cumulate(const Checker &c)
{
    check_plain(c, Cumulated{});
    c.same_type(c.result(), c.input(0).type);
}

void prepare_cumulate(Builder &builder, const Node &node)
{
    constexpr size_t kAxis = ACCEL_OPERAND_CUM_SUM_AXIS;
    static_assert(kAxis == ACCEL_OPERAND_CUM_PROD_AXIS);
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    const auto axes = *graph::ascending_axes(builder.integers(node, kAxis), x.dims.size(), nullptr);
    const Rows rows = rows_along(x, y.strides, static_cast<size_t>(axes[0]));
    const Cumulation how{node.operation == ACCEL_OPERATION_CUM_PROD, node.integer(ACCEL_ATTRIBUTE_EXCLUSIVE, 0) != 0, node.integer(ACCEL_ATTRIBUTE_REVERSE, 0) != 0};
    with_type(Cumulated{}, x.type, [&]<typename T>(T) {
        builder.add(std::make_unique<CumulateStep<T>>(x, y, rows, how, builder.threads()), {x.value, y.value});
    });
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_ARG_MAX, 1, check_arg, prepare_arg},
    {ACCEL_OPERATION_ARG_MIN, 1, check_arg, prepare_arg},
    {ACCEL_OPERATION_CUM_SUM, 1, check_cumulate, prepare_cumulate},
    {ACCEL_OPERATION_CUM_PROD, 1, check_cumulate, prepare_cumulate},
};

}  // namespace

const std::span<const CpuOp> kScanOps = kRows;

}  // namespace accel::cpu
