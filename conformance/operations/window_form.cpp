// SPDX-License-Identifier: MIT
// Windows that slide over the axes behind the first two.
#include <algorithm>
#include <cmath>

#include "weights.h"

namespace accel::conformance {
namespace {

/// A window before the sizes of x are known.
struct Window {
    Dims kernel, stride, dilation, begin, end;
    Dims reach() const
    {
        Dims reached;
        for (size_t axis = 0; axis < kernel.size(); ++axis) reached.push_back((kernel[axis] - 1) * dilation[axis] + 1);
        return reached;
    }
};

size_t spatial_axes(const Form &form) { return form.sizes() == kFewAxes ? 1 : form.sizes() == kManyAxes ? 3
                                                                                                        : 2; }

/// `values` for the first axes, over and over.
Dims repeated(const Dims &values, size_t axes)
{
    Dims list;
    for (size_t axis = 0; axis < axes; ++axis) list.push_back(values[axis % values.size()]);
    return list;
}

/// The choice of an attribute with one value per axis: as it is plain, absent, all 2, or mixed.
Dims per_axis(Form &form, accel_attribute_key key, size_t axes, const Dims &plain, const Dims &mixed)
{
    const size_t which = form.choice(key);
    const Dims list = repeated(which == 0 ? plain : which == 1 ? Dims{1}
                                                : which == 2   ? Dims{2}
                                                               : mixed,
                               axes);
    if (form.row.has(key) && which != 1) form.set(key, list);
    return form.row.has(key) ? list : Dims(axes, 1);
}

/// Pads, or what says that the compiler finds them.
void pad(Form &form, Window &window, bool convolution)
{
    const size_t axes = window.kernel.size(), which = form.choice(ACCEL_ATTRIBUTE_PADS);
    const Dims reach = window.reach();
    window.begin.assign(axes, 0), window.end.assign(axes, 0);
    if (const size_t automatic = form.choice(ACCEL_ATTRIBUTE_AUTO_PAD); automatic && which == 1) {
        form.question.auto_pad = automatic == 1 ? "SAME_UPPER" : "SAME_LOWER";
        return;
    }
    if (which == 1) return;
    for (size_t axis = 0; axis < axes; ++axis) {
        const int64_t most = std::min<int64_t>(reach[axis] - 1, 3), half = convolution ? reach[axis] / 2 : 0;
        const int64_t one = std::min<int64_t>(most, 1);
        window.begin[axis] = which == 0 ? half : which == 2 ? one
                                             : which == 3   ? most
                                                            : most / 2;
        window.end[axis] = which == 0 ? half : which == 2 ? one
                                           : which == 4   ? most
                                                          : 0;
    }
    Dims pads = window.begin;
    pads.insert(pads.end(), window.end.begin(), window.end.end());
    form.set(ACCEL_ATTRIBUTE_PADS, pads);
}

Window drawn_window(Form &form, const Dims &kernel, const Dims &plain_strides, bool convolution)
{
    Window window;
    window.kernel = kernel;
    window.stride = per_axis(form, ACCEL_ATTRIBUTE_STRIDES, kernel.size(), plain_strides, {3, 1, 2});
    window.dilation = per_axis(form, ACCEL_ATTRIBUTE_DILATIONS, kernel.size(), {1}, {1, 3, 2});
    pad(form, window, convolution);
    return window;
}

/// Sizes that the window fits into, with and without a rest.
Dims spatial(Form &form, const Window &window)
{
    const Dims reach = window.reach();
    Dims dims;
    for (size_t axis = 0; axis < reach.size(); ++axis) {
        const int64_t more = form.sizes() == kEvenSizes ? std::max<int64_t>(8 - reach[axis], 0) : form.sizes() == kOneSizes ? 0
                                                                                                                            : form.draw.size(0, reach.size() > 2 ? 4 : 9);
        dims.push_back(reach[axis] + more);
    }
    return dims;
}

Dims with_spatial(Dims dims, const Dims &more)
{
    dims.insert(dims.end(), more.begin(), more.end());
    return dims;
}

int64_t images(Form &form) { return form.sizes() == kEvenSizes || form.sizes() == kOneSizes ? 1 : form.draw.size(1, 2); }

constexpr int64_t kChannelsMost = 20;

}  // namespace

namespace {

Dims drawn_kernel(Form &form)
{
    static const std::vector<Dims> kKernels{{3}, {1}, {2, 3, 1}, {4, 1, 2}, {5, 2, 1}};
    const Dims kernel = repeated(kKernels[form.choice("kernel")], spatial_axes(form));
    if (form.choice(ACCEL_ATTRIBUTE_KERNEL_SHAPE) % 2 == 0) form.set(ACCEL_ATTRIBUTE_KERNEL_SHAPE, kernel);
    return kernel;
}

/// Groups, and the channels of each.
struct Channels {
    int64_t groups, in, out;
};

Channels drawn_channels(Form &form)
{
    const size_t grouping = form.choice(ACCEL_ATTRIBUTE_GROUP);
    const int64_t groups = grouping < 2 ? 1 : grouping == 2 ? form.draw.size(2, 4)
                                                            : std::max<int64_t>(2, form.draw.size(form.sizes()));
    const int64_t in = grouping == 3 ? 1 : std::min(form.draw.size(form.sizes()), kChannelsMost / groups + 1), out = grouping == 3 ? form.draw.size(1, 2) : std::min(form.draw.size(form.sizes()), kChannelsMost / groups + 1);
    if (grouping != 1) form.set(ACCEL_ATTRIBUTE_GROUP, {groups});
    return {groups, in, out};
}

}  // namespace

void form_convolution(Form &form)
{
    const Dims kernel = drawn_kernel(form);
    const Window window = drawn_window(form, kernel, {1}, true);
    const auto [groups, in, out] = drawn_channels(form);
    form.x(with_spatial({images(form), groups * in}, spatial(form, window)));
    const Dims weights = with_spatial({groups * out, in}, kernel);
    add_weights(form, weights, 0, in * static_cast<int64_t>(element_count(kernel)), {groups * out});
}

void form_integer_convolution(Form &form)
{
    const Dims kernel = drawn_kernel(form);
    const Window window = drawn_window(form, kernel, {1}, true);
    const auto [groups, in, out] = drawn_channels(form);
    const Dims weights = with_spatial({groups * out, in}, kernel);
    const accel_type type = form.choice("second-byte") == 0 ? ACCEL_TYPE_I8 : ACCEL_TYPE_U8;
    form.x(with_spatial({images(form), groups * in}, spatial(form, window)));
    form.operand(type, weights, form.draw.elements(type, element_count(weights), form.values()), form.second_is_constant(true));
    for (size_t position = 2; position < 4; ++position) {
        const size_t which = form.choice(form.row.operands[position].name);
        if (which == 1) {
            form.absent();
            continue;
        }
        const accel_type of = position == 2 ? form.subject.type : type;
        const Dims dims = which == 0 ? Dims{} : which == 3 && position == 3 ? Dims{weights[0]}
                                                                            : Dims{1};
        form.operand(of, dims, form.draw.elements(of, element_count(dims), kPlainValues), form.draw.coin());
    }
    while (!form.question.operands.back()) form.question.operands.pop_back();
    form.same_result();
}

void form_transposed_convolution(Form &form)
{
    const Dims kernel = drawn_kernel(form);
    const Window window = drawn_window(form, kernel, {2}, true);
    const size_t adding = form.choice(ACCEL_ATTRIBUTE_OUTPUT_PADDING), axes = kernel.size();
    if (adding != 1) form.set(ACCEL_ATTRIBUTE_OUTPUT_PADDING, adding == 0 ? Dims(axes, 0) : repeated({1, 2, 0}, axes));
    const auto [groups, in, out] = drawn_channels(form);
    Dims places;
    for (size_t axis = 0; axis < axes; ++axis) {
        const int64_t taken = window.begin[axis] + window.end[axis] - window.reach()[axis];
        // As many that pads leave one place at least.
        const int64_t least = taken < 0 ? 1 : 2 + taken / window.stride[axis];
        places.push_back(form.sizes() == kEvenSizes ? std::max<int64_t>(least, 4) : form.sizes() == kOneSizes ? least
                                                                                                              : least + form.draw.size(0, axes > 2 ? 2 : 5));
    }
    form.x(with_spatial({images(form), groups * in}, places));
    const Dims weights = with_spatial({groups * in, out}, kernel);
    add_weights(form, weights, 1, in * static_cast<int64_t>(element_count(kernel)), {groups * out});
}

void form_window(Form &form)
{
    static const std::vector<Dims> kKernels{{2}, {3}, {1, 4, 2}, {3, 2, 1}};
    const Dims kernel = repeated(kKernels[form.choice(ACCEL_ATTRIBUTE_KERNEL_SHAPE)], spatial_axes(form));
    form.set(ACCEL_ATTRIBUTE_KERNEL_SHAPE, kernel);
    const Window window = drawn_window(form, kernel, {2}, false);
    if (const size_t mode = form.choice(ACCEL_ATTRIBUTE_CEIL_MODE)) form.set(ACCEL_ATTRIBUTE_CEIL_MODE, {mode == 1});
    if (const size_t mode = form.choice(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD)) form.set(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, {mode == 1});
    form.x(with_spatial({images(form), form.draw.size(form.sizes())}, spatial(form, window)));
    form.result(0.15);
}

}  // namespace accel::conformance
