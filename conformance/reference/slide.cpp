// SPDX-License-Identifier: MIT
// Positions, padding and places of a window.
#include "slide.h"

#include <algorithm>

namespace accel::conformance {
namespace {

/// As many positions as strides fit into the size; what is missing is padding, the odd one in front where `front` says so.
void pad_to_same(Slide &slide, bool front)
{
    for (size_t axis = 0; axis < slide.size.size(); ++axis) {
        const int64_t reach = (slide.kernel[axis] - 1) * slide.dilation[axis] + 1;
        slide.out.push_back((slide.size[axis] + slide.stride[axis] - 1) / slide.stride[axis]);
        const int64_t missing = std::max<int64_t>((slide.out[axis] - 1) * slide.stride[axis] + reach - slide.size[axis], 0);
        slide.begin[axis] = front ? missing - missing / 2 : missing / 2;
        slide.end[axis] = missing - slide.begin[axis];
    }
}

}  // namespace

Slide Slide::of(const Question &question, const Dims &kernel)
{
    Slide slide;
    const size_t axes = kernel.size();
    slide.size = spatial_of(question.x().dims);
    slide.kernel = kernel;
    slide.stride = question.list(ACCEL_ATTRIBUTE_STRIDES, Dims(axes, 1));
    slide.dilation = question.list(ACCEL_ATTRIBUTE_DILATIONS, Dims(axes, 1));
    const Dims pads = question.list(ACCEL_ATTRIBUTE_PADS, Dims(2 * axes, 0));
    slide.begin.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(axes));
    slide.end.assign(pads.begin() + static_cast<std::ptrdiff_t>(axes), pads.end());
    if (question.auto_pad == "SAME_UPPER" || question.auto_pad == "SAME_LOWER") {
        pad_to_same(slide, question.auto_pad == "SAME_LOWER");
        return slide;
    }
    const bool ceil = question.integer(ACCEL_ATTRIBUTE_CEIL_MODE, 0) != 0;
    for (size_t axis = 0; axis < axes; ++axis) {
        const int64_t room = slide.size[axis] + slide.begin[axis] + slide.end[axis] - (kernel[axis] - 1) * slide.dilation[axis] - 1;
        int64_t steps = room / slide.stride[axis];
        // Rounded up, unless that window would begin in the trailing padding.
        if (ceil && room % slide.stride[axis] != 0 && (steps + 1) * slide.stride[axis] < slide.size[axis] + slide.begin[axis]) ++steps;
        slide.out.push_back(steps + 1);
    }
    return slide;
}

Slide::Place Slide::place(const Dims &position, const Dims &tap, Dims &at) const
{
    at.resize(size.size());
    Place place = Place::Inside;
    for (size_t axis = 0; axis < size.size(); ++axis) {
        at[axis] = position[axis] * stride[axis] + tap[axis] * dilation[axis] - begin[axis];
        if (at[axis] >= size[axis] + end[axis]) return Place::Beyond;
        if (at[axis] < 0 || at[axis] >= size[axis]) place = Place::Padding;
    }
    return place;
}

}  // namespace accel::conformance
