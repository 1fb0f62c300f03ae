// SPDX-License-Identifier: MIT
// How a tensor of the graph lies in memory here.
//
// Rank 4 is [N, C, H, W] in the graph and N, H, W, C in memory, the NPU's order.
// Lower ranks lie as they are: their last axis is the NPU's channel axis.
#pragma once

#include "layout/layout.h"

#include <cstdint>
#include <span>
#include <vector>

namespace accel::ethosu {

struct Shape {
    int64_t batch = 1;
    layout::Extent extent;

    int64_t elements() const { return batch * extent.elements(); }
    bool operator==(const Shape &) const = default;
};

// dims has rank 0 to 4, all at least 1.
Shape shape_of(std::span<const int64_t> dims);

// Of 8-bit elements, per graph axis.
std::vector<int64_t> strides_bytes(std::span<const int64_t> dims);

// Does memory order equal the graph's row-major order?
bool is_row_major(std::span<const int64_t> dims);

// `dims` with ones put before it up to `rank`.
std::vector<int64_t> pad_rank(std::span<const int64_t> dims, size_t rank);

}  // namespace accel::ethosu
