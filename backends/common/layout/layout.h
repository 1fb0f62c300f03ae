// SPDX-License-Identifier: MIT
// Feature-map layouts described by data: how many channels sit side by side, and
// in which order the rest follows.
//
//   NHWC       y, x, c                    channels contiguous
//   NHCWB16    y, c/16, x, c%16           bricks of 16 channels
#pragma once

#include <cstdint>
#include <optional>

namespace accel::layout {

struct Extent {
    int64_t height = 1;
    int64_t width = 1;
    int64_t channels = 1;

    int64_t elements() const { return height * width * channels; }
    bool operator==(const Extent &) const = default;
};

struct Layout {
    const char *name;
    int64_t brick_channels;  // 0: all channels are one brick
};

inline constexpr Layout kNhwc{"NHWC", 0};
inline constexpr Layout kNhcwb16{"NHCWB16", 16};

struct Strides {
    int64_t y_bytes = 0;
    int64_t x_bytes = 0;
    int64_t c_bytes = 0;  // between bricks; between channels when there are none

    bool operator==(const Strides &) const = default;
};

Strides strides(const Layout &layout, Extent extent, int64_t element_bytes);

// Bytes of one feature map, padded channels included. Nothing on overflow or for
// extents that are not positive.
std::optional<int64_t> size_bytes(const Layout &layout, Extent extent, int64_t element_bytes);

int64_t offset_bytes(const Layout &layout, const Strides &strides, int64_t element_bytes, int64_t y, int64_t x, int64_t c);

// The smallest multiple of `granule` that is not below `value`.
constexpr int64_t align_up(int64_t value, int64_t granule) { return (value + granule - 1) / granule * granule; }

}  // namespace accel::layout
