// SPDX-License-Identifier: MIT
// Operations that move elements.
#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <random>

#include "form.h"

namespace accel::conformance {
namespace {

constexpr int64_t kFar = INT64_MAX;

/// Where SLICE begins and ends along an axis, as its choice of bounds says.
void draw_cut(Form &form, int64_t size, int64_t step, Dims &starts, Dims &ends)
{
    int64_t start = form.sizes() == kEvenSizes ? size / 4 : form.draw.size(0, size - 1);
    int64_t end = form.sizes() == kEvenSizes ? size / 2 + 1 : form.draw.size(start + 1, size);
    if (step < 0) {
        std::swap(start, end), --start, --end;
        if (end < 0) end = -size - 1;  // in front of the first
    }
    switch (form.choice("bounds")) {
    case 1:  // from the end
        start -= size;
        if (end >= 0 && end < size) end -= size;
        break;
    case 2:  // beyond the end
        (step > 0 ? end : start) = kFar;
        break;
    case 3:  // in front of the begin
        if (step > 0)
            start = -size - 7;
        else
            end = -kFar;
        break;
    default: break;
    }
    starts.push_back(start), ends.push_back(end);
}

}  // namespace

namespace {

/// The side of a block, and which of depth and block comes first.
int64_t draw_block(Form &form)
{
    const size_t which = form.choice(ACCEL_ATTRIBUTE_BLOCK_SIZE);
    const int64_t side = which == 0 ? 2 : which == 1 ? 3
                                                     : 1;
    form.set(ACCEL_ATTRIBUTE_BLOCK_SIZE, {side});
    if (const size_t mode = form.choice(ACCEL_ATTRIBUTE_MODE); mode != 1) form.set_text(ACCEL_ATTRIBUTE_MODE, mode == 0 ? "CRD" : "DCR");
    return side;
}

}  // namespace

void form_depth_to_space(Form &form)
{
    const int64_t side = draw_block(form);
    form.x({form.draw.size(1, 2), form.draw.size(1, 4) * side * side, form.draw.size(1, 7), form.draw.size(1, 7)});
    form.same_result();
}

void form_space_to_depth(Form &form)
{
    const int64_t side = draw_block(form);
    form.x({form.draw.size(1, 2), form.draw.size(1, 4), form.draw.size(1, 6) * side, form.draw.size(1, 6) * side});
    form.same_result();
}

/// Constants: no size of a result is left to a run.
void form_range(Form &form)
{
    const int64_t count = form.draw.size(1, 40), step = form.draw.size(1, 9) * (form.draw.coin() ? 1 : -1), start = form.draw.size(-50, 50);
    // Before the value behind the last, by less than a step.
    const int64_t limit = start + count * step - ((step > 1 || step < -1) && form.draw.coin() ? step / std::abs(step) : 0);
    const double unit = form.draw.coin() ? 0.25 : 1;
    for (const int64_t value : {start, limit, step}) {
        std::vector<char> bytes;
        if (is_real(form.subject.type))
            append_real(form.subject.type, bytes, static_cast<double>(value) * unit);
        else
            append_whole(form.subject.type, bytes, value);
        form.operand(form.subject.type, {}, std::move(bytes), true);
    }
    form.same_result();
}

void form_reshape(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 2, 5);
    form.x(x);
    Dims y = x;
    std::shuffle(y.begin(), y.end(), std::minstd_rand(form.draw.random.next()));
    switch (form.choice("shape")) {
    case 0: y = {x[0], static_cast<int64_t>(element_count(x)) / x[0]}; break;
    case 1: return form.same_result(y);  // as the result is declared
    case 2: y[form.draw.random.next() % y.size()] = -1; break;
    case 3: y = {0, -1}; break;
    default: y[0] *= y[1], y.erase(y.begin() + 1), y.push_back(1);
    }
    form.list(y);
    form.same_result();
}

void form_permute(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 2, 6);
    form.x(x);
    Dims perm(x.size());
    std::iota(perm.begin(), perm.end(), 0);
    switch (form.choice(ACCEL_ATTRIBUTE_PERM)) {
    case 0: form.draw.plain() ? std::rotate(perm.begin() + 1, perm.begin() + std::min<std::ptrdiff_t>(2, static_cast<std::ptrdiff_t>(x.size())), perm.end()) : std::rotate(perm.begin() + 1, perm.end() - 1, perm.end()); break;
    case 1: break;  // absent: reversed
    case 2: std::swap(perm[0], perm.back()); break;
    case 3: std::swap(perm[x.size() - 2], perm.back()); break;
    default: std::shuffle(perm.begin(), perm.end(), std::minstd_rand(form.draw.random.next()));
    }
    if (form.choice(ACCEL_ATTRIBUTE_PERM) != 1) form.set(ACCEL_ATTRIBUTE_PERM, perm);
    form.same_result();
}

void form_concat(Form &form)
{
    constexpr size_t kCounts[] = {2, 1, 3, 5};
    const Dims dims = form.draw.dims(form.sizes(), 1, 5);
    const size_t axis = drawn_axis(form, dims, 1);
    form.set(ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)});
    form.x(dims);
    for (size_t part = 1; part < kCounts[form.choice("count")]; ++part) {
        Dims other = dims;
        if (form.sizes() != kEvenSizes) other[axis] = form.draw.size(1, 9);
        form.operand(form.subject.type, other, form.draw.elements(form.subject.type, element_count(other), form.values(), form.range()), form.second_is_constant(false), form.question.x().quantization);
    }
    form.same_result();
}

void form_slice(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 5);
    const auto rank = static_cast<int64_t>(x.size());
    form.x(x);
    // Named in order, not named, from the end, the last first.
    const size_t naming = form.choice("axes");
    Dims axes;
    if (naming == 1)
        for (int64_t axis = 0; axis < std::min<int64_t>(rank, 2); ++axis) axes.push_back(axis);
    else if (naming == 0)
        axes = {std::min<int64_t>(1, rank - 1)};
    else if (naming == 2)
        axes = {-1};
    else
        for (int64_t axis = rank; axis-- > 0;) axes.push_back(naming == 3 ? axis : axis - rank);
    constexpr int64_t kSteps[] = {1, 1, 2, -1};
    Dims starts, ends, steps;
    for (const int64_t axis : axes) {
        const size_t which = form.choice("steps");
        steps.push_back(which == 3 && form.draw.coin() ? -form.draw.size(1, 3) : kSteps[which]);
        draw_cut(form, x[static_cast<size_t>(axis < 0 ? axis + rank : axis)], steps.back(), starts, ends);
    }
    form.list(starts);
    form.list(ends);
    if (naming == 1)
        form.absent();
    else
        form.list(axes);
    if (form.choice("steps") != 1)
        form.list(steps);
    else if (naming == 1)
        form.question.operands.pop_back();
    form.same_result();
}

void form_split(Form &form)
{
    constexpr size_t kCounts[] = {2, 1, 3, 4};
    Dims x = form.draw.dims(form.sizes(), 1, 5);
    const size_t named = drawn_axis(form, x, 1), axis = named == SIZE_MAX ? 0 : named, parts = kCounts[form.choice("count")];
    const auto count = static_cast<int64_t>(parts);
    const size_t given = form.choice("split");
    Dims sizes;
    for (int64_t part = 0; part < count; ++part) sizes.push_back(given != 0 ? 4 : form.sizes() == kEvenSizes && x[axis] > 1 ? x[axis] / 2
                                                                                                                            : form.draw.size(1, 5));
    // Not given: equal parts, or a last one that is smaller.
    if (given == 2 && count > 1) sizes.back() = 2;
    x[axis] = std::accumulate(sizes.begin(), sizes.end(), int64_t{0});
    if (named != SIZE_MAX) form.set(ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)});
    form.x(x);
    if (given == 0 || given == 3) form.list(sizes);
    for (const int64_t size : sizes) {
        Dims declared = x;
        declared[axis] = size;
        form.same_result(declared);
    }
}

void form_pad(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 5);
    const size_t rank = x.size(), which = form.choice("pads");
    Dims pads(2 * rank, 0);
    for (size_t axis = 0; axis < rank; ++axis) {
        const bool padded = which == 0 ? axis >= 2 : which == 1 ? true
                                                                : which == 3 && form.draw.coin();
        if (!padded) continue;
        pads[axis] = form.draw.size(0, 3), pads[rank + axis] = which == 1 ? 0 : form.draw.size(0, 3);
    }
    form.x(x);
    form.list(pads);
    const auto &quantization = form.question.x().quantization;
    const double value = quantization.scales.empty() ? form.draw.random.whole(-9, 9) : form.draw.random.whole(-50, 50) * static_cast<double>(quantization.scales[0]);
    const bool negative = form.subject.type == ACCEL_TYPE_U8 && quantization.scales.empty();
    if (const size_t given = form.choice("value"); given != 1) form.real(given == 0 ? 0.0f : static_cast<float>(negative ? std::abs(value) : value));
    form.same_result();
}

void form_gather(Form &form)
{
    const Dims x = form.draw.dims(form.sizes(), 1, 4);
    const size_t named = drawn_axis(form, x, 1), axis = named == SIZE_MAX ? 0 : named, which = form.choice("indices");
    if (named != SIZE_MAX) form.set(ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)});
    form.x(x);
    const Dims dims = which == 0 ? Dims{3} : which == 1 ? Dims{}
                                         : which == 2   ? Dims{2, 3}
                                                        : Dims{form.draw.size(1, 9)};
    const accel_type type = which == 3 || which == 4 ? ACCEL_TYPE_I32 : ACCEL_TYPE_I64;
    std::vector<char> indices;
    // Below 0 they count from the end.
    for (size_t index = 0; index < element_count(dims); ++index) append_whole(type, indices, form.draw.random.whole(which == 0 || which == 4 ? 0 : -static_cast<int>(x[axis]), static_cast<int>(x[axis]) - 1));
    form.operand(type, dims, std::move(indices), form.second_is_constant(true));
    form.same_result();
}

void form_expand(Form &form)
{
    const Dims y = form.draw.dims(form.sizes(), 1, 4);
    Dims x = y, shape = y;
    switch (form.choice("shape")) {
    case 0: x[form.draw.random.next() % x.size()] = 1; break;
    case 1: x.erase(x.begin()); break;
    case 2: shape[form.draw.random.next() % shape.size()] = 1; break;  // a size of x stays
    default: x = Dims(1, 1);
    }
    form.x(x);
    form.list(shape);
    form.same_result();
}

}  // namespace accel::conformance
