// SPDX-License-Identifier: MIT
// Places that are given: GRID_SAMPLE. And what is found in constants: NON_ZERO, NON_MAX_SUPPRESSION; the bits of another type: BIT_CAST.
#include <algorithm>
#include <cmath>

#include "form.h"
#include "reference/small.h"

namespace accel::conformance {
namespace {

/// A coordinate whose place is nearly that one: along an axis of that size.
double coordinate_of(double place, int64_t size, bool corners)
{
    const auto length = static_cast<double>(size);
    if (corners) return size == 1 ? place / 8 : 2 * place / (length - 1) - 1;
    return (2 * place + 1) / length - 1;
}

/// Places of which some lie beyond either border; where the nearest value counts none is so far from it that a rounding decides.
std::vector<char> draw_places(Form &form, accel_type type, const Dims &grid, const Dims &x, bool nearest, bool corners)
{
    std::vector<char> bytes;
    for (size_t i = 0; i < element_count(grid); ++i) {
        const int64_t size = x[x.size() - 1 - i % static_cast<size_t>(grid.back())];
        const int64_t reach = form.draw.plain() || form.draw.coin() ? 0 : size + 2;
        const double off = static_cast<double>(form.draw.size(-4, 4)) / 16;
        const double place = static_cast<double>(form.draw.size(-reach, size - 1 + reach)) + (nearest ? off : 2 * off);
        append_real(type, bytes, coordinate_of(place, size, corners));
    }
    return bytes;
}

bool drawn_flag(Form &form, accel_attribute_key key)
{
    const size_t which = form.choice(key);
    if (which != 1) form.set(key, {which == 2});
    return which == 2;
}

accel_type same_width(Form &form, size_t choice)
{
    std::vector<accel_type> types;
    for (uint32_t type = 1; type < 32; ++type)
        if ((form.row.result_types >> type & 1) && accel_type_bits(type) == accel_type_bits(form.subject.type)) types.push_back(static_cast<accel_type>(type));
    return types[choice % types.size()];
}

void i64_result(Form &form)
{
    Tensor y;
    y.type = ACCEL_TYPE_I64;
    form.question.results.push_back(std::move(y));
}

}  // namespace

void form_sampled(Form &form)
{
    constexpr const char *kModes[] = {"linear", "nearest", "cubic"}, *kPaddings[] = {"zeros", "border", "reflection"};
    const size_t mode = form.choice(ACCEL_ATTRIBUTE_MODE), padding = form.choice(ACCEL_ATTRIBUTE_PADDING_MODE);
    if (mode != 0 || form.draw.coin()) form.set_text(ACCEL_ATTRIBUTE_MODE, kModes[mode]);
    if (padding != 0 || form.draw.coin()) form.set_text(ACCEL_ATTRIBUTE_PADDING_MODE, kPaddings[padding]);
    const bool corners = drawn_flag(form, ACCEL_ATTRIBUTE_ALIGN_CORNERS);
    Dims x = form.draw.dims(form.sizes(), 3, 5);
    // 16-bit coordinates tell few places of an axis apart.
    for (size_t axis = 2; axis < x.size(); ++axis) x[axis] = std::min<int64_t>(x[axis], 11);
    form.x(x);
    Dims grid{x[0]};
    for (size_t axis = 2; axis < x.size(); ++axis) grid.push_back(form.draw.size(1, 7));
    grid.push_back(static_cast<int64_t>(x.size()) - 2);
    const accel_type type = form.type_among(form.row.operands[1].types, form.draw.plain() ? 0 : form.draw.random.next());
    form.operand(type, grid, draw_places(form, type, grid, x, mode == 1, corners), form.second_is_constant(false));
    form.same_result();
}

void form_reinterpreted(Form &form)
{
    form.set(ACCEL_ATTRIBUTE_TO, {same_width(form, form.choice(ACCEL_ATTRIBUTE_TO))});
    form.x(form.draw.dims(form.sizes(), 0, 6));
    form.same_result();
}

/// Constants: no size of a result is left to a run. There is something in each.
void form_places_found(Form &form)
{
    const Dims dims = form.draw.dims(form.sizes(), 1, 5);
    auto bytes = form.draw.elements(form.subject.type, element_count(dims), form.values(), form.range());
    const size_t width = bytes_of(form.subject.type), count = element_count(dims);
    for (size_t i = 0; i < count; ++i)
        if (form.draw.coin()) std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * width), width, '\0');
    std::vector<char> one;
    is_real(form.subject.type) ? append_real(form.subject.type, one, 1) : append_whole(form.subject.type, one, 1);
    std::copy(one.begin(), one.end(), bytes.begin() + static_cast<std::ptrdiff_t>(form.draw.random.next() % count * width));
    form.operand(form.subject.type, dims, std::move(bytes), true);
    i64_result(form);
}

void form_boxes_kept(Form &form)
{
    const bool centres = drawn_flag(form, ACCEL_ATTRIBUTE_CENTER_POINT_BOX);
    const int64_t batches = form.draw.size(1, 2), classes = form.draw.size(1, 3), count = form.draw.size(1, form.draw.plain() ? 16 : 40);
    std::vector<char> boxes, scores;
    for (int64_t box = 0; box < batches * count; ++box) {
        // Eighths, whose areas binary32 holds, and of which many overlap.
        const double x = static_cast<double>(form.draw.size(0, 40)) / 8, y = static_cast<double>(form.draw.size(0, 40)) / 8;
        const double width = static_cast<double>(form.draw.size(1, 24)) / 8, height = static_cast<double>(form.draw.size(1, 24)) / 8;
        const bool turned = form.draw.coin();
        const double corners[] = {turned ? y + height : y, turned ? x + width : x, turned ? y : y + height, turned ? x : x + width}, middles[] = {x, y, width, height};
        for (const double number : centres ? middles : corners) append_real(boxes, static_cast<float>(number));
    }
    // Some are equal.
    for (int64_t score = 0; score < batches * classes * count; ++score) append_real(scores, static_cast<float>(form.draw.size(0, 31)) / 32);
    form.operand(ACCEL_TYPE_F32, {batches, count, 4}, std::move(boxes), true);
    form.operand(ACCEL_TYPE_F32, {batches, classes, count}, std::move(scores), true);
    std::vector<char> most;
    append_whole(ACCEL_TYPE_I64, most, form.draw.plain() ? 3 : form.draw.size(1, count));
    form.operand(ACCEL_TYPE_I64, {}, std::move(most), true);
    // One is kept of each class at least: with no other bound, or one that is below every score.
    form.choice("iou_threshold") == 1 ? form.absent() : form.real(form.choice("iou_threshold") == 0 ? 0.5f : 0.125f);
    if (const size_t which = form.choice("score_threshold"); which != 1) form.real(which == 0 ? 0.25f : -1.0f);
    i64_result(form);
}

}  // namespace accel::conformance
