// SPDX-License-Identifier: MIT
// A window that slides over the axes behind the first two, whatever their number.
#pragma once

#include "question.h"

namespace accel::conformance {

struct Slide {
    Dims size;  ///< of x along each spatial axis
    Dims kernel, stride, dilation, begin, end;
    Dims out;  ///< positions

    /// Of the question's attributes; `ceil` as its CEIL_MODE says.
    static Slide of(const Question &question, const Dims &kernel);
    int64_t area() const { return static_cast<int64_t>(element_count(kernel)); }
    /// Where element `tap` of the kernel lies when the window is at `position`: on x, in its padding, or beyond that.
    enum class Place { Inside,
                       Padding,
                       Beyond };
    Place place(const Dims &position, const Dims &tap, Dims &at) const;
};

/// The axes of dims behind the first two.
inline Dims spatial_of(const Dims &dims) { return {dims.begin() + 2, dims.end()}; }

}  // namespace accel::conformance
