// SPDX-License-Identifier: MIT
// Transposed convolutions of real values.
#include "../nodes/transposed.h"
#include "../checker.h"
#include "../nodes/widened.h"
#include "ops.h"

namespace accel::cpu {
namespace {

// The axes in front of those that there are have one place.
Window of_three_axes(Window window)
{
    const auto widen = [](Dims &values, int64_t one) { values.insert(values.begin(), 3 - values.size(), one); };
    widen(window.kernel, 1), widen(window.stride, 1), widen(window.dilation, 1), widen(window.pad_begin, 0), widen(window.pad_end, 0);
    return window;
}

void check_transposed(const Checker &c)
{
    c.rank(5);
    c.types({ACCEL_TYPE_F32, ACCEL_TYPE_F64, ACCEL_TYPE_F16, ACCEL_TYPE_BF16});
    for (size_t i = 1; i < c.inputs().size(); ++i)
        if (c.has_input(i))
            c.same_type(c.operand(i), c.input(0).type);
    const Dims w = *graph::fixed_dims(c.input(1));
    c.window(spatial_of(w));
    constexpr int64_t kWorkMost = int64_t{1} << 31;  // as a tensor's elements
    const int64_t work = transposed_work(*graph::fixed_dims(c.input(0)), *graph::fixed_dims(c.output()), w, c.integer(ACCEL_ATTRIBUTE_GROUP, 1)).value_or(INT64_MAX);
    if (work > kWorkMost)
        refuse(ACCEL_REASON_SIZE, c.operand(0), work, kWorkMost);
}

void prepare_transposed(Builder &builder, const Node &node)
{
    Transposed made;
    made.x = widened(builder, builder.in_layout(node.inputs[0], Layout::kChannelsLast));
    made.w = widened(builder, builder.in_layout(node.inputs[1], Layout::kRowMajor));
    if (node.input(2) != kNone)
        made.bias = widened(builder, builder.in_layout(node.inputs[2], Layout::kRowMajor));
    const View y = builder.define(node.outputs[0], Layout::kChannelsLast), wide = wide_result(builder, y);
    made.y = wide;
    made.window = of_three_axes(builder.window(node, spatial_of(made.w.dims)));
    made.groups = node.integer(ACCEL_ATTRIBUTE_GROUP, 1);
    made.clamp = builder.fusion().clamp;
    y.type == ACCEL_TYPE_F64 ? add_transposed<double>(builder, std::move(made)) : add_transposed<float>(builder, std::move(made));
    add_rounding(builder, wide, y);
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_CONV_TRANSPOSE, 1, check_transposed, prepare_transposed},
};

}  // namespace

const std::span<const CpuOp> kTransposedOps = kRows;

}  // namespace accel::cpu
