// SPDX-License-Identifier: MIT
// Operations whose results have the sizes of an operand, or fewer.
#include <algorithm>

#include "form.h"

namespace accel::conformance {
namespace {

/// Attributes that are numbers, flags or names, by key.
void draw_factors(Form &form)
{
    constexpr double kAlphas[] = {0, 0.25, -1.5, 0, 3};
    for (const auto &attribute : form.row.attributes) {
        const size_t which = form.choice(attribute.key);
        // Choice 0 is a number of this run's own; 3 is the default, unsaid.
        if (attribute.key == ACCEL_ATTRIBUTE_ALPHA && which != 3) form.set_real(attribute.key, which == 0 ? 0.01 + 0.2 * (form.draw.random.unit() + 1) : kAlphas[which]);
        if ((attribute.key == ACCEL_ATTRIBUTE_BETA || attribute.key == ACCEL_ATTRIBUTE_GAMMA) && which != 3) form.set_real(attribute.key, which == 0 ? 0.5 + form.draw.random.unit() / 4 : kAlphas[which]);
        if ((attribute.key == ACCEL_ATTRIBUTE_LAMBDA || attribute.key == ACCEL_ATTRIBUTE_BIAS) && which != 1) form.set_real(attribute.key, which == 0 ? 1 + form.draw.random.unit() / 2 : 0.25);
        if (attribute.key == ACCEL_ATTRIBUTE_APPROXIMATE && which != 1) form.set_text(attribute.key, which == 0 ? "tanh" : "none");
        if (attribute.key == ACCEL_ATTRIBUTE_EPSILON && which != 1) form.set_real(attribute.key, which == 0 ? 1e-5 : 0.01);
        for (const auto flag : {ACCEL_ATTRIBUTE_FMOD, ACCEL_ATTRIBUTE_DETECT_POSITIVE, ACCEL_ATTRIBUTE_DETECT_NEGATIVE})
            if (attribute.key == flag && which != 1) form.set(flag, {which == 0});
        if (attribute.key == ACCEL_ATTRIBUTE_DIRECTION) form.set_text(attribute.key, which == 0 ? "RIGHT" : "LEFT");
    }
}

/// Bounds; of stored values on a stored number, so that no rounding is asked for.
void draw_bounds(Form &form)
{
    const auto &quantization = form.question.x().quantization;
    for (const auto &operand : form.row.operands) {
        if (operand.key == 0) continue;
        const size_t which = form.choice(operand.name);
        if (which == 1) {
            form.absent();
            continue;
        }
        const bool low = operand.key == ACCEL_ATTRIBUTE_CLAMP_MIN;
        float bound = static_cast<float>(low ? form.draw.random.whole(-4, 0) : which == 2 ? 0.5
                                                                                          : form.draw.random.whole(1, 6));
        if (!quantization.scales.empty()) bound = static_cast<float>(low ? -form.draw.random.whole(0, 60) : form.draw.random.whole(0, 60)) * quantization.scales[0];
        form.real(bound);
    }
    // What is absent at the end is not written.
    while (form.question.operands.size() > 1 && !form.question.operands.back()) form.question.operands.pop_back();
}

/// Every third element is the first operand's: numbers that are drawn apart are hardly ever equal.
void share_elements(const Tensor &from, std::vector<char> &bytes)
{
    const size_t size = bytes_of(from.type);
    for (size_t index = 0; index < from.count(); index += 3) std::copy_n(&from.bytes[index * size], size, &bytes[index * size]);
}

/// Whole numbers that count something: distances of bits, exponents. Some are below 0, some more than there are bits.
std::vector<char> few(Form &form, accel_type type, size_t count)
{
    std::vector<char> bytes;
    for (size_t index = 0; index < count; ++index) {
        const int value = form.draw.random.whole(is_unsigned(type) || form.draw.coin() ? 0 : -3, form.draw.coin() ? 9 : 66);
        if (is_real(type))
            append_real(type, bytes, value);
        else
            append_whole(type, bytes, value);
    }
    return bytes;
}

}  // namespace

void form_same(Form &form)
{
    if (form.row.has(ACCEL_ATTRIBUTE_TO)) form.set(ACCEL_ATTRIBUTE_TO, {form.type_among(form.row.result_types, form.choice(ACCEL_ATTRIBUTE_TO))});
    draw_factors(form);
    form.x(form.draw.dims(form.sizes(), 0, 6));
    // Another operand whose type is the result's.
    if (form.row.result_like == 1) {
        const accel_type type = form.type_among(form.row.operands[1].types, form.choice("second-type"));
        const Dims dims = form.draw.dims(form.sizes(), 0, 2);
        form.operand(type, dims, form.draw.elements(type, element_count(dims), kPlainValues), form.second_is_constant(false));
    }
    draw_bounds(form);
    form.result();
    auto &y = form.question.results[0];
    const Dims &dims = form.question.x().dims;
    // Of QUANTIZE the result may have a scale per index.
    if (form.choice("per-axis") && !y.quantization.scales.empty() && y.type != form.subject.type && is_real(form.subject.type) && !dims.empty()) {
        y.quantization.axis = static_cast<uint32_t>(form.draw.random.next() % dims.size());
        y.quantization.scales = form.draw.reals(static_cast<size_t>(dims[y.quantization.axis]), 0.05, 0.3);
        y.quantization.zero_points.assign(y.quantization.scales.size(), y.quantization.zero_points[0]);
    }
}

void form_same_along_axis(Form &form)
{
    const Dims dims = form.sizes() == kEvenSizes ? Dims{4, 37} : form.draw.dims(form.sizes(), 1, 5);
    // Absent it means something else in each opset, and importers say it.
    const size_t axis = drawn_axis(form, dims, 1);
    form.set(ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis == SIZE_MAX ? dims.size() / 2 : axis)});
    form.x(dims);
    form.same_result();
}

void form_per_channel(Form &form)
{
    const Dims dims = form.draw.dims(form.sizes(), 2, 5);
    draw_factors(form);
    form.x(dims);
    const auto channels = static_cast<size_t>(dims[1]);
    for (size_t position = 1; position < form.row.operands.size(); ++position) {
        // Variances, which come last, are above 0; the others are of either sign.
        const bool last = position + 1 == form.row.operands.size();
        std::vector<char> bytes;
        for (const float value : form.draw.reals(channels, last ? 0.01 : -3, last ? 4 : 3)) append_real(form.subject.type, bytes, static_cast<double>(value));
        form.operand(form.subject.type, {dims[1]}, std::move(bytes), form.second_is_constant(true));
    }
    form.same_result();
}

void form_broadcast(Form &form)
{
    const Dims y = form.draw.dims(form.sizes(), 1, 5);
    Dims a = y, b = y;
    const auto shortened = [&](Dims dims) {
        dims.erase(dims.begin(), dims.begin() + static_cast<std::ptrdiff_t>(form.draw.random.next() % dims.size()));
        return dims;
    };
    const auto thinned = [&](Dims dims) {
        dims[form.draw.random.next() % dims.size()] = 1;
        for (auto &size : dims)
            if (form.draw.random.next() % 3 == 0) size = 1;
        return dims;
    };
    switch (form.choice("stretch")) {
    case 1: (form.draw.coin() ? b : a) = shortened(y); break;
    case 2: b = thinned(y); break;
    case 3: a = thinned(y), b = thinned(y); break;
    case 4: (form.draw.coin() ? a : b) = form.draw.coin() ? Dims{} : Dims(1, 1); break;
    default: break;
    }
    draw_factors(form);
    form.x(a);
    const auto quantization = form.quantised() ? form.draw.quantization(form.subject.type) : Quantization{};
    const size_t count = form.row.variadic() ? 1 + (form.choice("count") + 1) % 4 : form.row.operands.size();
    const bool counts = form.row.has(ACCEL_ATTRIBUTE_DIRECTION) || (form.row.operation == ACCEL_OPERATION_POW && !is_real(form.subject.type) && form.values() != kExtremeValues);
    for (size_t position = 1; position < count; ++position) {
        const accel_type type = form.type_of(form.row.variadic() ? 0 : position);
        // What stands behind the second is stretched in ways of its own.
        const Dims &dims = position == 1 ? b : form.draw.coin() ? y
                                                                : thinned(y);
        auto bytes = counts ? few(form, type, element_count(dims)) : form.draw.elements(type, element_count(dims), form.values(), form.range());
        if (form.row.result_types == 1u << ACCEL_TYPE_BOOL && dims == a) share_elements(form.question.x(), bytes);
        form.operand(type, dims, std::move(bytes), form.second_is_constant(false), quantization);
    }
    form.result();
}

void form_global_window(Form &form)
{
    form.x(form.draw.dims(form.sizes(), form.sizes() == kEvenSizes ? 4 : 3, 5));
    form.result(0.15);
}

namespace {

/// An attribute that is 0 or 1: its plain value, absent, or the other one.
void draw_flag(Form &form, accel_attribute_key key, bool plain)
{
    const size_t which = form.choice(key);
    if (form.row.has(key) && which != 1) form.set(key, {(which == 0) == plain});
}

}  // namespace

void form_reduce(Form &form)
{
    const Dims dims = form.draw.dims(form.sizes(), 1, 5);
    const auto rank = static_cast<int64_t>(dims.size());
    draw_flag(form, ACCEL_ATTRIBUTE_KEEPDIMS, true);
    form.x(dims);
    Dims axes;
    switch (form.choice("axes")) {
    case 0:
        axes = rank > 2 ? Dims{2} : Dims{rank - 1};
        for (int64_t axis = 3; axis < rank; ++axis) axes.push_back(axis);
        break;
    case 1: break;
    case 2: axes = {rank - 1}; break;
    case 3: axes = {0}; break;
    case 4:
        axes = {-1};
        if (rank > 2) axes.push_back(-rank);
        break;
    default:
        for (int64_t axis = 0; axis < rank; axis += 2) axes.push_back(axis);
        break;
    }
    if (!axes.empty()) form.list(axes);
    form.result(0.15);
}

void form_reduce_one(Form &form)
{
    const Dims dims = form.draw.dims(form.sizes(), 1, 5);
    if (const size_t axis = drawn_axis(form, dims, 1); axis != SIZE_MAX) form.set(ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis)});
    draw_flag(form, ACCEL_ATTRIBUTE_KEEPDIMS, true);
    draw_flag(form, ACCEL_ATTRIBUTE_SELECT_LAST, false);
    form.x(dims);
    form.same_result();
}

void form_along_given_axis(Form &form)
{
    const Dims dims = form.draw.dims(form.sizes(), 1, 5);
    const auto rank = static_cast<int64_t>(dims.size());
    draw_flag(form, ACCEL_ATTRIBUTE_EXCLUSIVE, false);
    draw_flag(form, ACCEL_ATTRIBUTE_REVERSE, false);
    form.x(dims);
    const int64_t axis = form.draw.plain() ? rank - 1 : form.draw.size(0, rank - 1);
    form.list({!form.draw.plain() && form.draw.coin() ? axis - rank : axis});
    form.same_result();
}

void form_sizes(Form &form)
{
    const Dims dims = form.draw.dims(form.sizes(), 1, 6);
    const auto rank = static_cast<int64_t>(dims.size());
    const Dims places{0, 1, rank / 2, -1, rank + 3};
    for (const auto key : {ACCEL_ATTRIBUTE_START, ACCEL_ATTRIBUTE_END})
        if (const size_t which = form.choice(key); form.row.has(key) && which > 0) form.set(key, {places[which]});
    form.x(dims);
    form.same_result();
}

}  // namespace accel::conformance
