// SPDX-License-Identifier: MIT
// Strides, sizes and offsets of feature maps.
#include "layout/layout.h"

namespace accel::layout {

Strides strides(const Layout &layout, Extent extent, int64_t element_bytes)
{
    const int64_t brick = layout.brick_channels;
    if (brick == 0)
        return {extent.width * extent.channels * element_bytes, extent.channels * element_bytes, element_bytes};
    return {extent.width * align_up(extent.channels, brick) * element_bytes, brick * element_bytes, extent.width * brick * element_bytes};
}

std::optional<int64_t> size_bytes(const Layout &layout, Extent extent, int64_t element_bytes)
{
    if (extent.height <= 0 || extent.width <= 0 || extent.channels <= 0 || element_bytes <= 0)
        return std::nullopt;
    int64_t channels = extent.channels;
    if (layout.brick_channels != 0) {
        if (channels > INT64_MAX - layout.brick_channels)
            return std::nullopt;
        channels = align_up(channels, layout.brick_channels);
    }
    int64_t size = element_bytes;
    for (const int64_t factor : {extent.height, extent.width, channels})
        if (__builtin_mul_overflow(size, factor, &size))
            return std::nullopt;
    return size;
}

int64_t offset_bytes(const Layout &layout, const Strides &strides, int64_t element_bytes, int64_t y, int64_t x, int64_t c)
{
    const int64_t row = y * strides.y_bytes + x * strides.x_bytes;
    if (layout.brick_channels == 0)
        return row + c * element_bytes;
    return row + c / layout.brick_channels * strides.c_bytes + c % layout.brick_channels * element_bytes;
}

}  // namespace accel::layout
