// SPDX-License-Identifier: MIT
// From bounds as ONNX gives them to starts, sizes and steps.
#include <accel/graph/cuts.h>

#include <algorithm>

namespace accel::graph {

namespace {

/// A step beyond it reaches no second element, and keeps sums within 64 bits.
constexpr int64_t kFarthest = int64_t{1} << 40;

int64_t position(int64_t given, int64_t size, int64_t low, int64_t high)
{
    return std::clamp<int64_t>(given < 0 ? given + size : given, low, std::max(low, high));
}

Cut cut(int64_t axis, int64_t size, int64_t start, int64_t end, int64_t step)
{
    step = std::clamp(step, -kFarthest, kFarthest);
    if (size < 0) return {axis, 0, 0, step, -1};
    const bool forward = step > 0;
    const int64_t first = forward ? position(start, size, 0, size) : position(start, size, 0, size - 1);
    const int64_t last = forward ? position(end, size, 0, size) : position(end, size, -1, size - 1);
    const int64_t reach = forward ? last - first : first - last, stride = forward ? step : -step;
    return {axis, first, last < 0 ? -size - 1 : last, step, size > 0 && reach > 0 ? (reach + stride - 1) / stride : 0};
}

}  // namespace

std::optional<std::vector<Cut>> cuts(std::span<const int64_t> sizes, const Bounds &bounds, std::string *why)
{
    const auto refuse = [&](std::string sentence) {
        if (why) *why = std::move(sentence);
        return std::nullopt;
    };
    const size_t count = bounds.starts.size();
    if (bounds.ends.size() != count || (bounds.axes && bounds.axes->size() != count) || (bounds.steps && bounds.steps->size() != count))
        return refuse("starts, ends, axes and steps have different numbers of values");
    const auto rank = static_cast<int64_t>(sizes.size());
    std::vector<Cut> out;
    for (size_t i = 0; i < count; ++i) {
        const int64_t given = bounds.axes ? (*bounds.axes)[i] : static_cast<int64_t>(i), axis = given < 0 ? given + rank : given;
        if (given < -rank || axis >= rank) return refuse("axis " + std::to_string(given) + " lies outside of rank " + std::to_string(rank));
        if (std::ranges::find(out, axis, &Cut::axis) != out.end()) return refuse("axis " + std::to_string(axis) + " is given twice");
        const int64_t step = bounds.steps ? (*bounds.steps)[i] : 1;
        if (step == 0) return refuse("a step of 0");
        out.push_back(cut(axis, sizes[static_cast<size_t>(axis)], bounds.starts[i], bounds.ends[i], step));
    }
    std::ranges::sort(out, {}, &Cut::axis);
    return out;
}

std::optional<std::vector<Cut>> cuts(const Applied &node, std::string *why)
{
    const auto starts = node.integers(ACCEL_OPERAND_SLICE_STARTS), ends = node.integers(ACCEL_OPERAND_SLICE_ENDS);
    const auto axes = node.integers(ACCEL_OPERAND_SLICE_AXES), steps = node.integers(ACCEL_OPERAND_SLICE_STEPS);
    if (!starts || !ends) {
        if (why) *why = "starts or ends are missing";
        return std::nullopt;
    }
    std::vector<int64_t> sizes;
    for (const Dim &dim : node.shape(0)) sizes.push_back(dim.fixed() ? dim.size : -1);
    Bounds bounds{*starts, *ends, {}, {}};
    if (axes) bounds.axes = *axes;
    if (steps) bounds.steps = *steps;
    return cuts(sizes, bounds, why);
}

}  // namespace accel::graph
