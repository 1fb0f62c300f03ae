// SPDX-License-Identifier: MIT
// Shape rules of convolutions and pools.
#include <accel/graph/geometry.h>

#include <algorithm>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

namespace {

constexpr int64_t kMaxKernel = 1 << 20;
constexpr int64_t kMaxPad = 1 << 30;

struct Window {
    std::vector<WindowAxis> axes;
    bool round_up = false;
    bool same = false;  ///< as many positions as strides fit, whatever the padding is
};

std::optional<Window> read_window(const Applied &node, const Ints &kernel, Contradiction *why)
{
    const size_t spatial = kernel.size();
    const auto strides = bounded_ints(node, ACCEL_ATTRIBUTE_STRIDES, spatial, 1, 1, kMaxExtent, why);
    if (!strides) return std::nullopt;
    const auto dilations = bounded_ints(node, ACCEL_ATTRIBUTE_DILATIONS, spatial, 1, 1, kMaxKernel, why);
    if (!dilations) return std::nullopt;
    const auto pads = bounded_ints(node, ACCEL_ATTRIBUTE_PADS, 2 * spatial, 0, 0, kMaxPad, why);
    if (!pads) return std::nullopt;
    const bool automatic = node.find(ACCEL_ATTRIBUTE_AUTO_PAD) != nullptr;
    const std::string_view mode = node.string(ACCEL_ATTRIBUTE_AUTO_PAD);
    if (automatic && mode != "SAME_UPPER" && mode != "SAME_LOWER") return refuse(why, of_attribute(ACCEL_ATTRIBUTE_AUTO_PAD, "auto_pad is '" + std::string(mode) + "', expected SAME_UPPER, SAME_LOWER or none"));
    if (automatic && node.find(ACCEL_ATTRIBUTE_PADS)) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_AUTO_PAD, "auto_pad and pads are given, expected one of them"));
    Window window{{}, node.integer(ACCEL_ATTRIBUTE_CEIL_MODE, 0) != 0, automatic};
    for (size_t i = 0; i < spatial; ++i) window.axes.push_back({kernel[i], (*strides)[i], (*dilations)[i], (*pads)[i], (*pads)[spatial + i]});
    return window;
}

/// Sizes after sliding a window along all axes but the first two.
std::optional<ResultShapes> slide(const Window &window, Shape out, Contradiction *why)
{
    for (size_t i = 0; i < window.axes.size(); ++i) {
        const WindowAxis &axis = window.axes[i];
        Dim &dim = out[i + 2];
        if (!dim.fixed()) {
            dim = kUnknownDim;
            continue;
        }
        if (window.same) {
            dim.size = (dim.size + axis.stride - 1) / axis.stride;
            continue;
        }
        const auto count = window_positions(dim.size, axis, window.round_up);
        if (!count) {
            return refuse(why, of_operand(0,
                                          "the window covers " + std::to_string(axis.extent()) + " positions of spatial axis " + std::to_string(i) + ", which has " +
                                              std::to_string(dim.size + axis.pad_begin + axis.pad_end) + " with padding",
                                          dim.size, axis.extent() - axis.pad_begin - axis.pad_end));
        }
        dim.size = *count;
    }
    return one(std::move(out));
}

/// The sizes of a kernel, which are those of the weights.
std::optional<Ints> kernel_of(const Applied &node, const Shape &weights, Contradiction *why)
{
    Ints kernel;
    for (size_t axis = 2; axis < weights.size(); ++axis) {
        if (!weights[axis].fixed() || weights[axis].size < 1 || weights[axis].size > kMaxKernel) return refuse(why, of_operand(1, node.shown(1) + ", expected a kernel of fixed size"));
        kernel.push_back(weights[axis].size);
    }
    if (ints_or(node, ACCEL_ATTRIBUTE_KERNEL_SHAPE, kernel) != kernel) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_KERNEL_SHAPE, "kernel_shape differs from the weights: " + node.shown(1)));
    return kernel;
}

/// Of operands 0 and 1, whatever else there is.
std::optional<ResultShapes> convolved(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0), w = node.shape(1);
    if (x.size() < 3 || w.size() != x.size())
        return refuse(why, of_rank(x.size() < 3 ? 0 : 1, node.shown(0) + " and " + node.shown(1) + ", expected equal ranks of at least 3", x.size() < 3 ? x.size() : w.size(), std::max<size_t>(x.size(), 3)));
    const auto kernel = kernel_of(node, w, why);
    if (!kernel) return std::nullopt;
    const int64_t group = node.integer(ACCEL_ATTRIBUTE_GROUP, 1);
    if (group < 1 || group > kMaxExtent) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_GROUP, "group is " + std::to_string(group) + ", expected at least 1", group, 1));
    if (x[1].fixed() && w[1].fixed() && (x[1].size % group != 0 || w[1].size != x[1].size / group))
        return refuse(why, of_operand(1, node.shown(0) + ", which needs " + std::to_string(x[1].size / group) + " input channels per group; " + node.shown(1), w[1].size, x[1].size / group));
    if (w[0].fixed() && w[0].size % group != 0)
        return refuse(why, of_attribute(ACCEL_ATTRIBUTE_GROUP, node.shown(1) + ", whose output channels are no multiple of " + std::to_string(group) + " groups", group, 1));
    const auto window = read_window(node, *kernel, why);
    if (!window) return std::nullopt;
    Shape out = x;
    out[1] = w[0];
    return slide(*window, std::move(out), why);
}

/// An operand with one value for each output channel.
bool is_per_output(const Applied &node, size_t position) { return shapes_agree(node.symbols, node.shape(position), Shape{node.shape(1)[0]}); }

}  // namespace

std::optional<ResultShapes> convolution(const Applied &node, Contradiction *why)
{
    auto shapes = convolved(node, why);
    if (shapes && node.operand(2) && !is_per_output(node, 2)) return refuse(why, of_operand(2, node.shown(2) + ", expected one per output channel"));
    return shapes;
}

std::optional<ResultShapes> integer_convolution(const Applied &node, Contradiction *why)
{
    auto shapes = convolved(node, why);
    if (!shapes) return std::nullopt;
    if (node.operand(2) && !is_one_value(node.shape(2))) return refuse(why, of_operand(2, node.shown(2) + ", expected one value"));
    if (node.operand(3) && !is_one_value(node.shape(3)) && !is_per_output(node, 3)) return refuse(why, of_operand(3, node.shown(3) + ", expected one value, or one per output channel"));
    return shapes;
}

namespace {

/// Places that windows over so many positions reach, without the pads; nothing where pads leave none.
std::optional<ResultShapes> spread(const Applied &node, const Window &window, const Ints &more, Shape out, Contradiction *why)
{
    for (size_t i = 0; i < window.axes.size(); ++i) {
        const WindowAxis &axis = window.axes[i];
        Dim &dim = out[i + 2];
        if (!dim.fixed()) {
            dim = kUnknownDim;
            continue;
        }
        const int64_t places = std::min(dim.size, kMaxExtent), reached = places == 0 ? 0 : axis.extent();
        int64_t size;
        if (__builtin_mul_overflow(axis.stride, std::max<int64_t>(places - 1, 0), &size) || size > 2 * kMaxExtent)
            return refuse(why, of_operand(0, "spatial axis " + std::to_string(i) + " of the result would pass " + std::to_string(kMaxExtent) + " places; " + node.shown(0), dim.size, kMaxExtent / axis.stride));
        size += reached + more[i] - axis.pad_begin - axis.pad_end;
        if (size < 0 || (size == 0 && places != 0))
            return refuse(why, of_attribute(ACCEL_ATTRIBUTE_PADS, "pads take all places of spatial axis " + std::to_string(i) + ", of which there are " + std::to_string(size + axis.pad_begin + axis.pad_end), axis.pad_begin + axis.pad_end, size + axis.pad_begin + axis.pad_end - 1));
        dim.size = size;
    }
    return one(std::move(out));
}

}  // namespace

std::optional<ResultShapes> transposed_convolution(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0), w = node.shape(1);
    if (x.size() < 3 || w.size() != x.size())
        return refuse(why, of_rank(x.size() < 3 ? 0 : 1, node.shown(0) + " and " + node.shown(1) + ", expected equal ranks of at least 3", x.size() < 3 ? x.size() : w.size(), std::max<size_t>(x.size(), 3)));
    const auto kernel = kernel_of(node, w, why);
    if (!kernel) return std::nullopt;
    const int64_t group = node.integer(ACCEL_ATTRIBUTE_GROUP, 1);
    if (group < 1 || group > kMaxExtent) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_GROUP, "group is " + std::to_string(group) + ", expected at least 1", group, 1));
    if (!shapes_agree(node.symbols, Shape{x[1]}, Shape{w[0]})) return refuse(why, of_operand(1, node.shown(0) + " and " + node.shown(1) + ", whose input channels differ", w[0].size, x[1].size));
    const Dim inputs = w[0].fixed() ? w[0] : x[1];
    if (inputs.fixed() && inputs.size % group != 0)
        return refuse(why, of_attribute(ACCEL_ATTRIBUTE_GROUP, node.shown(1) + ", whose input channels are no multiple of " + std::to_string(group) + " groups", group, 1));
    if (w[1].fixed() && w[1].size > kMaxExtent / group)
        return refuse(why, of_operand(1, node.shown(1) + ", whose channels pass " + std::to_string(kMaxExtent) + " in " + std::to_string(group) + " groups", w[1].size, kMaxExtent / group));
    Shape out = x;
    out[1] = w[1].fixed() ? Dim{w[1].size * group} : kUnknownDim;
    if (node.operand(2) && !shapes_agree(node.symbols, node.shape(2), Shape{out[1]})) return refuse(why, of_operand(2, node.shown(2) + ", expected one per output channel"));
    const auto window = read_window(node, *kernel, why);
    if (!window) return std::nullopt;
    const auto more = bounded_ints(node, ACCEL_ATTRIBUTE_OUTPUT_PADDING, kernel->size(), 0, 0, kMaxPad, why);
    if (!more) return std::nullopt;
    return spread(node, *window, *more, std::move(out), why);
}

std::optional<ResultShapes> window(const Applied &node, Contradiction *why)
{
    const Shape x = node.shape(0);
    if (x.size() < 3) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 3 at least", x.size(), 3));
    if (!node.find(ACCEL_ATTRIBUTE_KERNEL_SHAPE)) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_KERNEL_SHAPE, "kernel_shape is missing"));
    const auto kernel = bounded_ints(node, ACCEL_ATTRIBUTE_KERNEL_SHAPE, x.size() - 2, 1, 1, kMaxKernel, why);
    if (!kernel) return std::nullopt;
    const auto window = read_window(node, *kernel, why);
    return window ? slide(*window, x, why) : std::nullopt;
}

std::optional<ResultShapes> global_window(const Applied &node, Contradiction *why)
{
    Shape out = node.shape(0);
    if (out.size() < 3) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 3 at least", out.size(), 3));
    for (size_t axis = 2; axis < out.size(); ++axis) out[axis] = Dim{1};
    return one(std::move(out));
}

}  // namespace accel::graph::shapes
