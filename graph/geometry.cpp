// SPDX-License-Identifier: MIT
#include <accel/graph/geometry.h>

#include <algorithm>

namespace accel::graph {

std::optional<int64_t> window_positions(int64_t size, const WindowAxis &window, bool round_up)
{
    const int64_t room = size + window.pad_begin + window.pad_end - window.extent();
    if (room < 0) return std::nullopt;
    int64_t count = (room + (round_up ? window.stride - 1 : 0)) / window.stride + 1;
    if (round_up && (count - 1) * window.stride >= size + window.pad_begin) --count;
    return count;
}

SliceAxis slice_axis(int64_t size, int64_t start, int64_t end, int64_t step)
{
    const bool forward = step > 0;
    const int64_t first = std::clamp<int64_t>(start, 0, forward ? size : std::max<int64_t>(size - 1, 0));
    const int64_t behind = std::clamp<int64_t>(end, forward ? 0 : -1, size);
    const int64_t reach = forward ? behind - first : first - behind, stride = forward ? step : -step;
    return {first, step, size > 0 && reach > 0 ? (reach + stride - 1) / stride : 0};
}

std::optional<std::vector<bool>> reduced_axes(std::span<const int64_t> axes, size_t rank)
{
    std::vector<bool> reduced(rank, axes.empty());
    for (const int64_t axis : axes) {
        if (axis < 0 || axis >= static_cast<int64_t>(rank)) return std::nullopt;
        reduced[static_cast<size_t>(axis)] = true;
    }
    return reduced;
}

AxisSpan axis_span(int64_t start, int64_t end, size_t rank)
{
    const auto resolved = [count = static_cast<int64_t>(rank)](int64_t given) { return static_cast<size_t>(std::clamp<int64_t>(given < 0 ? given + count : given, 0, count)); };
    const size_t begin = resolved(start);
    return {begin, std::max(begin, resolved(end))};
}

}  // namespace accel::graph
