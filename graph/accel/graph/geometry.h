// SPDX-License-Identifier: MIT
// Arithmetic of sizes along one axis, which shape rules, folding and those who execute share.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace accel::graph {

/// A window that slides along one axis. Counts are of elements.
struct WindowAxis {
    int64_t kernel = 1, stride = 1, dilation = 1;
    int64_t pad_begin = 0, pad_end = 0;
    /// From the first to past the last element that it touches.
    int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

/// Positions of a window along an axis of that size; nothing where it does not fit once. round_up: a window that begins on the axis or in the leading padding may
/// reach past the end (ONNX's ceil_mode).
std::optional<int64_t> window_positions(int64_t size, const WindowAxis &window, bool round_up);

/// Axes of a range such as SHAPE's: from begin up to end.
struct AxisSpan {
    size_t begin, end;
    size_t count() const { return end - begin; }
};

/// start and end count from the end where they are below 0, and are cut to the rank.
AxisSpan axis_span(int64_t start, int64_t end, size_t rank);

}  // namespace accel::graph
