// SPDX-License-Identifier: MIT
// How many places a window has along an axis, and which axes lie in a span.
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

AxisSpan axis_span(int64_t start, int64_t end, size_t rank)
{
    const auto resolved = [count = static_cast<int64_t>(rank)](int64_t given) { return static_cast<size_t>(std::clamp<int64_t>(given < 0 ? given + count : given, 0, count)); };
    const size_t begin = resolved(start);
    return {begin, std::max(begin, resolved(end))};
}

}  // namespace accel::graph
