// SPDX-License-Identifier: MIT
// Elements in a row from one place to another.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace accel::cpu {

// Strides in elements; from one of 0 a single value is repeated.
template <typename Element> void copy_row(Element *to, int64_t to_stride, const Element *from, int64_t from_stride, int64_t count)
{
    if (to_stride == 1 && from_stride == 1) {
        std::memcpy(to, from, static_cast<size_t>(count) * sizeof(Element));
        return;
    }
    if (to_stride == 1 && from_stride == 0) {
        std::fill_n(to, count, *from);
        return;
    }
    for (int64_t i = 0; i < count; ++i)
        to[i * to_stride] = from[i * from_stride];
}

}  // namespace accel::cpu
