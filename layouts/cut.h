// SPDX-License-Identifier: MIT
// Axes cut into boxes: ranges of an index that are a few nested loops in both lists.
#pragma once

#include <accel/layouts/conversion.h>

namespace accel::layouts {

/// One loop over neighbours.
struct Loop {
    int64_t count;
    int64_t from_stride, to_stride;  ///< in bits
};

/// All loops of a box: no axis has more than the digits of both lists.
struct Loops {
    static constexpr size_t kMax = 2 * kStepsMax;
    Loop loop[kMax];
    size_t count = 0;

    void add(const Loop &added)
    {
        if (added.count > 1) loop[count++] = added;
    }
};

/// Where a box begins, and how far it goes along its axis.
struct Box {
    int64_t from_bits, to_bits;
    int64_t covered;
};

/// `from` may be without steps of this axis.
AxisCut cut_axis(const Steps &from, const Steps &to, uint32_t axis, int64_t size);

/// The largest box of [at, end) that begins at `at`. Its loops are added.
Box box_at(const AxisCut &axis, int64_t at, int64_t end, Loops &loops);

}  // namespace accel::layouts
