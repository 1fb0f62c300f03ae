// SPDX-License-Identifier: MIT
// Operations that see each value in relation to the mean and variance of others, or to a list for its place.
#include <algorithm>

#include "form.h"

namespace accel::conformance {
namespace {

void draw_epsilon(Form &form)
{
    if (const size_t which = form.choice(ACCEL_ATTRIBUTE_EPSILON); which != 1) form.set_real(ACCEL_ATTRIBUTE_EPSILON, which == 0 ? 1e-5 : 0.25);
}

/// Factors or offsets of either sign.
void add_parameter(Form &form, const Dims &dims)
{
    std::vector<char> bytes;
    for (const float value : form.draw.reals(element_count(dims), -3, 3)) append_real(form.subject.type, bytes, static_cast<double>(value));
    form.operand(form.subject.type, dims, std::move(bytes), form.second_is_constant(true));
}

/// A result in another type than the first operand's, or of another size.
void add_result(Form &form, accel_type type)
{
    Tensor y;
    y.type = type;
    form.question.results.push_back(std::move(y));
}

/// One value for each element of a row, or sizes that stretch to that: the choice is the form's.
Dims parameter_dims(Form &form, const Dims &x, size_t axis)
{
    Dims dims(x.begin() + static_cast<std::ptrdiff_t>(axis), x.end());
    if (form.draw.plain() || form.draw.random.next() % 4 != 0) return dims;
    dims[form.draw.random.next() % dims.size()] = 1;
    return dims;
}

}  // namespace

void form_normalization(Form &form)
{
    const Dims dims = form.sizes() == kEvenSizes ? Dims{4, 64} : form.draw.dims(form.sizes(), 1, 5);
    size_t axis = drawn_axis(form, dims, dims.size() - 1);
    if (axis == SIZE_MAX)
        axis = dims.size() - 1;  // unsaid, it is the last
    else
        form.set(ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)});
    draw_epsilon(form);
    form.x(dims);
    add_parameter(form, parameter_dims(form, dims, axis));
    if (form.row.operands.size() > 2 && form.choice(form.row.operands[2].name) != 1) add_parameter(form, parameter_dims(form, dims, axis));
    for (size_t result = 0; result < (form.row.several_results ? size_t{3} : size_t{1}); ++result) add_result(form, form.subject.type);
}

void form_grouped_channels(Form &form)
{
    Dims dims = form.draw.dims(form.sizes(), 2, 5);
    const size_t which = form.choice(ACCEL_ATTRIBUTE_NUM_GROUPS);
    const int64_t each = form.draw.size(1, 4);
    const int64_t groups = which == 0 ? 2 : which == 1 ? 1
                                                       : std::min<int64_t>(dims[1], 8);
    dims[1] = groups * each;
    form.set(ACCEL_ATTRIBUTE_NUM_GROUPS, {groups});
    draw_epsilon(form);
    form.x(dims);
    add_parameter(form, {dims[1]}), add_parameter(form, {dims[1]});
    form.same_result();
}

void form_same_along_axes(Form &form)
{
    const size_t which = form.choice(ACCEL_ATTRIBUTE_AXES);
    // Unsaid, they are those of an image.
    const Dims dims = form.draw.dims(form.sizes(), which == 2 ? 1 : 4, which == 2 ? 5 : 4);
    if (which == 0) form.set(ACCEL_ATTRIBUTE_AXES, {1, 3});
    if (which == 2) form.set(ACCEL_ATTRIBUTE_AXES, {-1});
    form.x(dims);
    form.same_result();
}

void form_beside_channels(Form &form)
{
    const Dims dims = form.draw.dims(form.sizes(), 2, 5);
    const size_t which = form.choice(ACCEL_ATTRIBUTE_SIZE);
    form.set(ACCEL_ATTRIBUTE_SIZE, {which == 0 ? 3 : which == 1 ? form.draw.size(1, 2)
                                                                : dims[1] + 2});
    // A base that is above 0: there are powers of it.
    constexpr double kAlphas[] = {0.0001, 0.25, 0.5, 0, 3}, kBetas[] = {0.75, 0.5, 1, 0, 2};
    if (const size_t alpha = form.choice(ACCEL_ATTRIBUTE_ALPHA); alpha != 3) form.set_real(ACCEL_ATTRIBUTE_ALPHA, kAlphas[alpha]);
    if (const size_t beta = form.choice(ACCEL_ATTRIBUTE_BETA); beta != 3) form.set_real(ACCEL_ATTRIBUTE_BETA, kBetas[beta]);
    if (const size_t bias = form.choice(ACCEL_ATTRIBUTE_BIAS); bias != 1) form.set_real(ACCEL_ATTRIBUTE_BIAS, bias == 0 ? 2 : 0.5);
    form.x(dims);
    form.same_result();
}

void form_per_feature(Form &form)
{
    const Dims dims = form.draw.dims(form.sizes(), 1, 5);
    for (const auto key : {ACCEL_ATTRIBUTE_OFFSET, ACCEL_ATTRIBUTE_SCALE}) {
        const size_t count = form.choice(key) == 1 ? 1 : static_cast<size_t>(dims.back());
        form.set_reals(key, form.draw.reals(count, -1, 1));
    }
    form.x(dims);
    form.same_result();
}

void form_with_one_scale(Form &form)
{
    const Dims dims = form.draw.dims(form.sizes(), 0, 5);
    // No NaN and no infinity: what is stored of them is nobody's promise.
    form.operand(form.subject.type, dims, form.draw.elements(form.subject.type, element_count(dims), form.finite_values(), form.range()), false);
    for (const accel_type type : {ACCEL_TYPE_U8, ACCEL_TYPE_F32, ACCEL_TYPE_U8}) add_result(form, type);
}

}  // namespace accel::conformance
