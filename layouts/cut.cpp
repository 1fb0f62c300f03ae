// SPDX-License-Identifier: MIT
// Cuts an axis where a digit of either list carries.
#include "cut.h"

#include <algorithm>

namespace accel::layouts {

namespace {

Steps of_axis(const Steps &steps, uint32_t axis)
{
    Steps out;
    std::copy_if(steps.begin(), steps.end(), std::back_inserter(out), [&](const auto &step) { return step.axis == axis && step.extent > 1; });
    return out;
}

/// Index distance of the neighbours of each digit, innermost first.
void add_inner(const Steps &steps, std::vector<int64_t> &inner)
{
    int64_t distance = 1;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        inner.push_back(distance);
        distance *= step->extent;
    }
}

int64_t places(const Steps &steps)
{
    int64_t product = 1;
    for (const accel_layout_step &step : steps) product *= step.extent;
    return product;
}

/// Distance in memory of what is `distance` apart along the axis, where that is a multiple of a digit and does not leave it; 0 behind the last.
int64_t stride_at(const Steps &steps, int64_t distance)
{
    int64_t inner = 1;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        if (distance < inner * step->extent) return distance / inner * step->stride_bits;
        inner *= step->extent;
    }
    return 0;
}

int64_t place_of(const Steps &steps, int64_t index)
{
    int64_t bits = 0;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
        bits += index % step->extent * step->stride_bits;
        index /= step->extent;
    }
    return bits;
}

/// How far neighbours go on without a carry in the innermost digit.
int64_t run_length(const Steps &steps, int64_t at)
{
    return steps.size() > 1 ? steps.back().extent - at % steps.back().extent : INT64_MAX;
}

int64_t innermost(const Steps &steps) { return steps.empty() ? 0 : steps.back().stride_bits; }

}  // namespace

AxisCut cut_axis(const Steps &from, const Steps &to, uint32_t axis, int64_t size)
{
    AxisCut cut;
    cut.size = size;
    cut.from = of_axis(from, axis);
    cut.to = of_axis(to, axis);
    cut.full = places(cut.to);
    std::vector<int64_t> inner{1};
    add_inner(cut.from, inner);
    add_inner(cut.to, inner);
    std::sort(inner.begin(), inner.end());
    inner.erase(std::unique(inner.begin(), inner.end()), inner.end());
    for (size_t i = 1; i < inner.size(); ++i)
        if (inner[i] % inner[i - 1] != 0) return cut;
    for (const int64_t distance : inner) cut.common.push_back({distance, stride_at(cut.from, distance), stride_at(cut.to, distance)});
    return cut;
}

Box box_at(const AxisCut &axis, int64_t at, int64_t end, Loops &loops)
{
    const size_t digits = axis.common.size();
    if (digits == 0) {
        const int64_t run = std::min({run_length(axis.from, at), run_length(axis.to, at), end - at});
        loops.add({run, innermost(axis.from), innermost(axis.to)});
        return {place_of(axis.from, at), place_of(axis.to, at), run};
    }
    const auto inner = [&](size_t digit) { return axis.common[digit].inner; };
    size_t top = digits - 1;
    while (at % inner(top) != 0 || inner(top) > end - at) --top;  // digit 0 has distance 1
    int64_t count = (end - at) / inner(top);
    if (top + 1 < digits) count = std::min(count, (inner(top + 1) - at % inner(top + 1)) / inner(top));
    loops.add({count, axis.common[top].from_stride, axis.common[top].to_stride});
    for (size_t digit = top; digit-- > 0;) loops.add({inner(digit + 1) / inner(digit), axis.common[digit].from_stride, axis.common[digit].to_stride});
    return {place_of(axis.from, at), place_of(axis.to, at), count * inner(top)};
}

}  // namespace accel::layouts
