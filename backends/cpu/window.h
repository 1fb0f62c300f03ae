// SPDX-License-Identifier: MIT
// Geometry of sliding windows: convolutions and pools, one to three spatial axes.
#pragma once

#include "graph.h"

namespace accel::cpu {

struct Window {
    Dims kernel, stride, dilation, pad_begin, pad_end;

    size_t axes() const { return kernel.size(); }
    // Distance from the first to past the last element that a window touches.
    int64_t reach(size_t axis) const { return dilation[axis] * (kernel[axis] - 1) + 1; }
    bool covers_all() const;  // kernel 1, stride 1, no padding: every element is its own window
};

// Of a node whose shapes fit; nothing when an attribute has a value that is out of range here.
std::optional<Window> read_window(const graph::Applied &node, const Dims &kernel);

// The axes behind N and C.
Dims spatial_of(const Dims &dims);

}  // namespace accel::cpu
