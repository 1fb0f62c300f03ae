// SPDX-License-Identifier: MIT
// Geometry of sliding windows: convolutions and pools, one to three spatial axes.
#ifndef ACCEL_BACKENDS_CPU_WINDOW_H
#define ACCEL_BACKENDS_CPU_WINDOW_H

#include "graph.h"

namespace accel::cpu
{

struct Window {
    Dims kernel, stride, dilation, pad_begin, pad_end;

    size_t axes() const { return kernel.size(); }
    // Distance from the first to past the last element that a window touches.
    int64_t reach(size_t axis) const { return dilation[axis] * (kernel[axis] - 1) + 1; }
    bool covers_all() const; // kernel 1, stride 1, no padding: every element is its own window
};

// Nothing when an attribute has a wrong count or a value out of range. kernel is used where the node does not name one.
std::optional<Window> read_window(const Node &node, const Dims &kernel);

// Sizes of the output along the spatial axes; nothing where the window does not fit once. round_up: as CEIL_MODE.
std::optional<Dims> window_outputs(const Window &window, const Dims &spatial, bool round_up);

// The axes behind N and C.
Dims spatial_of(const Dims &dims);

} // namespace accel::cpu

#endif
