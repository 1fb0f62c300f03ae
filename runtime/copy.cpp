// SPDX-License-Identifier: MIT
#include "copy.h"

#include <cstring>

namespace accel::runtime {

namespace {

constexpr size_t kRankMax = 16;

/// One loop over an axis that both layouts walk with their own stride.
struct Axis {
    int64_t size;
    int64_t from_stride;
    int64_t to_stride;
};

template <class Element> void copy_row(const char *from, char *to, const Axis &axis)
{
    for (int64_t i = 0; i < axis.size; ++i) {
        Element element;
        memcpy(&element, from + i * axis.from_stride, sizeof element);
        memcpy(to + i * axis.to_stride, &element, sizeof element);
    }
}

void copy_innermost(const char *from, char *to, const Axis &axis, uint32_t element_bytes)
{
    if (axis.from_stride == element_bytes && axis.to_stride == element_bytes) {
        memcpy(to, from, static_cast<size_t>(axis.size) * element_bytes);
        return;
    }
    switch (element_bytes) {
    case 1: return copy_row<uint8_t>(from, to, axis);
    case 2: return copy_row<uint16_t>(from, to, axis);
    case 4: return copy_row<uint32_t>(from, to, axis);
    default: return copy_row<uint64_t>(from, to, axis);
    }
}

void copy_axes(const char *from, char *to, const Axis *axes, size_t count, uint32_t element_bytes)
{
    if (count == 1)
        return copy_innermost(from, to, axes[0], element_bytes);
    for (int64_t i = 0; i < axes[0].size; ++i)
        copy_axes(from + i * axes[0].from_stride, to + i * axes[0].to_stride, axes + 1, count - 1, element_bytes);
}

// Longest stride of the destination outermost, so that writes run through memory.
void sort_axes(Axis *axes, size_t count)
{
    for (size_t i = 1; i < count; ++i)
        for (size_t j = i; j > 0 && axes[j].to_stride > axes[j - 1].to_stride; --j) {
            const Axis kept = axes[j];
            axes[j] = axes[j - 1];
            axes[j - 1] = kept;
        }
}

// Neighbours that both layouts store without a gap become one loop.
size_t merge_axes(Axis *axes, size_t count)
{
    size_t kept = 0;
    for (size_t i = 1; i < count; ++i) {
        Axis &outer = axes[kept];
        if (outer.from_stride == axes[i].size * axes[i].from_stride && outer.to_stride == axes[i].size * axes[i].to_stride)
            outer = {outer.size * axes[i].size, axes[i].from_stride, axes[i].to_stride};
        else
            axes[++kept] = axes[i];
    }
    return kept + 1;
}

}  // namespace

void copy_strided(const void *from, std::span<const int64_t> from_strides_bytes, void *to, std::span<const int64_t> to_strides_bytes,
                  std::span<const int64_t> dims, uint32_t element_bytes)
{
    Axis axes[kRankMax + 1];
    size_t count = 0;
    for (size_t axis = 0; axis < dims.size() && axis < kRankMax; ++axis) {
        if (dims[axis] == 0)
            return;
        if (dims[axis] != 1)
            axes[count++] = {dims[axis], from_strides_bytes[axis], to_strides_bytes[axis]};
    }
    if (count == 0)
        axes[count++] = {1, element_bytes, element_bytes};
    sort_axes(axes, count);
    count = merge_axes(axes, count);
    copy_axes(static_cast<const char *>(from), static_cast<char *>(to), axes, count, element_bytes);
}

}  // namespace accel::runtime
