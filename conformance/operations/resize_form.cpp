// SPDX-License-Identifier: MIT
// Sizes that grow and shrink. Where a place between two values is a choice of one of them, or its result a whole number, no rounding may decide: scales and parts are such as binary
// arithmetic holds.
#include <algorithm>
#include <cmath>

#include "form.h"

namespace accel::conformance {
namespace {

constexpr const char *kModes[] = {"nearest", "linear", "cubic"};
constexpr const char *kCoordinates[] = {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"};
constexpr const char *kNearest[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};

void give_reals(Form &form, const std::vector<float> &values)
{
    std::vector<char> bytes;
    for (const float value : values) append_real(bytes, value);
    form.operand(ACCEL_TYPE_F32, {static_cast<int64_t>(values.size())}, std::move(bytes), true);
}

/// Attributes; the mode that is drawn.
std::string draw_attributes(Form &form)
{
    // Of whole numbers cubic weights have more digits than binary32.
    const bool whole = !is_real(form.subject.type);
    size_t mode = form.choice(ACCEL_ATTRIBUTE_MODE);
    if (whole) mode = std::min<size_t>(mode, 1);
    size_t coordinates = form.choice(ACCEL_ATTRIBUTE_COORDINATES);
    // So have places of other coordinates.
    if (whole && mode == 1) coordinates = coordinates % 2 == 0 ? 0 : 4;
    // Of those two, one is half_pixel but for a length of 1, and the other old: they share a choice.
    if (coordinates == 2 && form.draw.coin()) coordinates = 6;
    form.set_text(ACCEL_ATTRIBUTE_MODE, kModes[mode]);
    // What holds where nothing is said is said now and then.
    if (coordinates != 0 || form.draw.coin()) form.set_text(ACCEL_ATTRIBUTE_COORDINATES, kCoordinates[coordinates]);
    if (const size_t nearest = form.choice(ACCEL_ATTRIBUTE_NEAREST); nearest != 0 || form.draw.coin()) form.set_text(ACCEL_ATTRIBUTE_NEAREST, kNearest[nearest]);
    if (const size_t which = form.choice(ACCEL_ATTRIBUTE_CUBIC_COEFFICIENT); which != 1) form.set_real(ACCEL_ATTRIBUTE_CUBIC_COEFFICIENT, which == 0 ? -0.75 : -0.5);
    if (const size_t which = form.choice(ACCEL_ATTRIBUTE_EXCLUDE_OUTSIDE); which != 1) form.set(ACCEL_ATTRIBUTE_EXCLUDE_OUTSIDE, {which == 2});
    if (const size_t which = form.choice(ACCEL_ATTRIBUTE_EXTRAPOLATION); which != 1) form.set_real(ACCEL_ATTRIBUTE_EXTRAPOLATION, which == 0 ? 0 : 7);
    if (const size_t which = form.choice(ACCEL_ATTRIBUTE_ANTIALIAS); which != 1) form.set(ACCEL_ATTRIBUTE_ANTIALIAS, {which == 2 && mode != 0 && !whole});
    return kModes[mode];
}

/// Scales of two axes at most, the last ones where hardware would like it, and 1 elsewhere.
std::vector<float> draw_scales(Form &form, const Dims &x, const std::string &mode)
{
    const bool exact = mode == "nearest" || !is_real(form.subject.type), binary = mode != "nearest" && !is_real(form.subject.type);
    // Sizes by themselves, and what the symmetric places lie around, make scales of quotients.
    const bool whole_lengths = exact && (form.choice("given") == 1 || form.question.text(ACCEL_ATTRIBUTE_COORDINATES) == "half_pixel_symmetric");
    std::vector<float> scales(x.size(), 1);
    for (size_t turn = 0; turn < 2; ++turn) {
        const size_t behind = form.sizes() == kManyAxes ? form.draw.random.next() % x.size() : turn;
        if (behind >= x.size()) continue;
        const size_t axis = x.size() - 1 - behind;
        float scale = 2;
        switch (form.choice("ratio")) {
        case 0: break;
        case 1: scale = 0.5f; break;
        case 2: scale = binary ? 4 : 1.5f; break;
        case 3:
            scale = binary ? 1 : turn ? 3
                                      : 0.75f;
            break;
        default: scale = exact ? 1 : static_cast<float>(form.draw.size(1, 2 * x[axis])) / static_cast<float>(x[axis]);
        }
        const float length = static_cast<float>(x[axis]) * scale;
        if (length < 1 || (whole_lengths && length != std::floor(length))) scale = 2;
        scales[axis] = scale;
    }
    return scales;
}

}  // namespace

void form_resize(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 5);
    const std::string mode = draw_attributes(form);
    const bool moves = mode == "nearest", wide = !is_real(form.subject.type) && bytes_of(form.subject.type) == 8;
    const Values values = moves ? form.values() : wide ? kWholeValues
                                                       : form.finite_values();
    form.operand(form.subject.type, x, form.draw.elements(form.subject.type, element_count(x), values, form.range()), false);
    const std::vector<float> scales = draw_scales(form, x, mode);
    Dims sizes;
    for (size_t axis = 0; axis < x.size(); ++axis) sizes.push_back(static_cast<int64_t>(std::floor(static_cast<float>(x[axis]) * scales[axis])));
    if (form.question.text(ACCEL_ATTRIBUTE_COORDINATES) == "tf_crop_and_resize") {
        std::vector<float> roi(2 * x.size(), 0);
        for (size_t axis = 0; axis < x.size(); ++axis) roi[axis] = form.draw.coin() ? 0.25f : -0.25f, roi[x.size() + axis] = form.draw.coin() ? 0.75f : 1.25f;
        give_reals(form, roi);
    } else {
        form.absent();
    }
    const size_t given = form.choice("given");
    if (given == 1)
        form.absent();
    else
        give_reals(form, scales);
    if (given != 0) form.list(sizes);
    form.same_result();
}

}  // namespace accel::conformance
