// SPDX-License-Identifier: MIT
// Translators of convolutions and pools, with channels first.
#include "ops.h"
#include "tflite/padding.h"

#include <algorithm>

namespace accel::tflite::ops {
namespace {

using schema::Padding;

constexpr int64_t kWindowMax = int64_t{1} << 20;

/// Height, then width.
struct Windows {
    Window height, width;
};

void check(const Node &node, const Window &window)
{
    for (const int64_t value : {window.kernel, window.stride, window.dilation}) {
        if (value < 1 || value > kWindowMax) {
            node.fail_corrupt("a window of ", window.kernel, ", stride ", window.stride, ", dilation ", window.dilation, "; allowed are 1 to ", kWindowMax);
        }
    }
}

struct Slid {
    Positions height, width;
};

Slid slid(const Node &node, const Windows &windows, Padding padding, int64_t height, int64_t width)
{
    if (padding != Padding::SAME && padding != Padding::VALID) {
        node.fail_corrupt("padding ", static_cast<int>(padding));
    }
    check(node, windows.height);
    check(node, windows.width);
    const Slid out{slide(windows.height, padding, height), slide(windows.width, padding, width)};
    if (out.height.count < 1 || out.width.count < 1) {
        node.fail_corrupt("a window of ", windows.height.extent(), "x", windows.width.extent(), " does not fit into ", height, "x", width);
    }
    return out;
}

AttributeList attributes_of(const Windows &windows, const Slid &slid, bool dilates)
{
    AttributeList attributes;
    attributes.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {windows.height.kernel, windows.width.kernel}).ints(ACCEL_ATTRIBUTE_STRIDES, {windows.height.stride, windows.width.stride});
    if (dilates) {
        attributes.ints(ACCEL_ATTRIBUTE_DILATIONS, {windows.height.dilation, windows.width.dilation});
    }
    attributes.ints(ACCEL_ATTRIBUTE_PADS, pads_of(slid.height, slid.width));
    return attributes;
}

/// Weights with their axes turned, real.
ValueId weights(Node &node, size_t index, const Perm &perm)
{
    Emitter &emitter = node.emitter();
    const Tensor &w = node.input(index);
    const ValueId turned = emitter.transposed(node.stored(index), perm);
    return w.is_quantised() ? emitter.dequantised(turned, *w.quantization) : emitter.cast(turned, ACCEL_TYPE_F32);
}

/// Of the form that both kinds of convolutions have.
struct Convolution {
    Windows windows;
    Padding padding;
    int64_t group, channels;
    Perm perm;  ///< of the weights
};

void convolve(Node &node, const Convolution &by, schema::ActivationFunctionType activation)
{
    const Sizes &x = node.sizes(0);
    const Slid at = slid(node, by.windows, by.padding, x[1], x[2]);
    const ValueId input = node.value(0, Order::kChannelsFirst);
    std::vector<ValueId> operands{input, weights(node, 1, by.perm)};
    if (node.has_input(2)) {
        operands.push_back(real_bias(node, 2, 0, 1, by.channels));
    }
    AttributeList attributes = attributes_of(by.windows, at, true);
    attributes.integer(ACCEL_ATTRIBUTE_GROUP, by.group);
    const ValueId y = node.emit(ACCEL_OPERATION_CONV, std::move(operands), ACCEL_TYPE_F32, {x[0], by.channels, at.height.count, at.width.count}, std::move(attributes));
    node.define(0, Order::kChannelsFirst, node.activated(y, activation));
}

}  // namespace

void conv_2d(Node &node)
{
    node.expect_operands(2, 3);
    node.expect_rank(0, 4, 4);
    node.expect_rank(1, 4, 4);
    const auto &options = node.options<schema::Conv2DOptions>();
    const Sizes &x = node.sizes(0), &w = node.sizes(1);  // weights: channels out, height, width, channels in
    if (x[3] < 1 || w[3] < 1 || x[3] % w[3] != 0 || w[0] % std::max<int64_t>(x[3] / std::max<int64_t>(w[3], 1), 1) != 0) {
        node.fail_corrupt("weights of ", w[3], " channels in and ", w[0], " out over an input of ", x[3]);
    }
    const Windows windows{{w[1], options.stride_h(), options.dilation_h_factor()}, {w[2], options.stride_w(), options.dilation_w_factor()}};
    convolve(node, {windows, options.padding(), x[3] / w[3], w[0], {0, 3, 1, 2}}, options.fused_activation_function());
}

void depthwise_conv_2d(Node &node)
{
    node.expect_operands(2, 3);
    node.expect_rank(0, 4, 4);
    node.expect_rank(1, 4, 4);
    const auto &options = node.options<schema::DepthwiseConv2DOptions>();
    const Sizes &x = node.sizes(0), &w = node.sizes(1);  // weights: 1, height, width, channels out
    if (w[0] != 1 || x[3] < 1 || w[3] % x[3] != 0) {
        node.fail_corrupt("weights of ", w[0], "x", w[1], "x", w[2], "x", w[3], " over an input of ", x[3], " channels");
    }
    const Windows windows{{w[1], options.stride_h(), options.dilation_h_factor()}, {w[2], options.stride_w(), options.dilation_w_factor()}};
    convolve(node, {windows, options.padding(), x[3], w[3], {3, 0, 1, 2}}, options.fused_activation_function());
}

namespace {

/// CORRUPT where the declared result could not come from this input.
Slid slid_back(const Node &node, const Windows &windows, Padding padding, const Sizes &x, const Sizes &to)
{
    check(node, windows.height);
    check(node, windows.width);
    const Slid out{slide_back(windows.height, padding, x[1], to[1]), slide_back(windows.width, padding, x[2], to[2])};
    for (const auto &[positions, window] : {std::pair(out.height, windows.height), std::pair(out.width, windows.width)}) {
        if (positions.count < 1 || positions.behind <= -window.stride || positions.behind >= window.extent() + window.stride) {
            node.fail_corrupt("a result of ", to[1], "x", to[2], " does not come from ", x[1], "x", x[2], " by a window of ", windows.height.kernel, "x", windows.width.kernel, ", stride ",
                              windows.height.stride, "x", windows.width.stride);
        }
    }
    return out;
}

}  // namespace

/// Operands: sizes of the result, weights, x, bias.
void transpose_conv(Node &node)
{
    node.expect_operands(3, 4);
    node.expect_rank(1, 4, 4);
    node.expect_rank(2, 4, 4);
    const auto &options = node.options<schema::TransposeConvOptions>();
    const Sizes to = node.integers(0, "output_shape");
    const Sizes &w = node.sizes(1), &x = node.sizes(2);  // weights: channels out, height, width, channels in
    if (to.size() != 4 || to[0] != x[0] || to[3] != w[0] || w[3] != x[3]) {
        node.fail_corrupt("weights of ", w[3], " channels in and ", w[0], " out, an input of ", x[3]);
    }
    const Windows windows{{w[1], options.stride_h(), 1}, {w[2], options.stride_w(), 1}};
    Slid at = slid_back(node, windows, options.padding(), x, to);
    const Sizes lacking{std::max<int64_t>(-at.height.behind, 0), std::max<int64_t>(-at.width.behind, 0)};
    at.height.behind = std::max<int64_t>(at.height.behind, 0);
    at.width.behind = std::max<int64_t>(at.width.behind, 0);
    std::vector<ValueId> operands{node.value(2, Order::kChannelsFirst), weights(node, 1, {3, 0, 1, 2})};
    if (node.has_input(3)) {
        operands.push_back(real_bias(node, 3, 2, 1, w[0]));
    }
    AttributeList attributes = attributes_of(windows, at, true);
    attributes.integer(ACCEL_ATTRIBUTE_GROUP, 1);
    if (lacking != Sizes{0, 0}) {
        attributes.ints(ACCEL_ATTRIBUTE_OUTPUT_PADDING, lacking);
    }
    const ValueId y = node.emit(ACCEL_OPERATION_CONV_TRANSPOSE, std::move(operands), ACCEL_TYPE_F32, permuted(to, perm_to(Order::kChannelsFirst)), std::move(attributes));
    node.define(0, Order::kChannelsFirst, node.activated(y, options.fused_activation_function()));
}

namespace {

/// Pads count neither for the largest value nor for the mean.
void pool(Node &node, accel_operation operation)
{
    node.expect_operands(1, 1);
    node.expect_rank(0, 4, 4);
    const auto &options = node.options<schema::Pool2DOptions>();
    const Sizes &x = node.sizes(0);
    const Windows windows{{options.filter_height(), options.stride_h(), 1}, {options.filter_width(), options.stride_w(), 1}};
    const Slid at = slid(node, windows, options.padding(), x[1], x[2]);
    const ValueId input = node.value(0, Order::kChannelsFirst);
    const ValueId y = node.emit(operation, {input}, ACCEL_TYPE_F32, {x[0], x[3], at.height.count, at.width.count}, attributes_of(windows, at, operation == ACCEL_OPERATION_MAX_POOL));
    node.define(0, Order::kChannelsFirst, node.activated(y, options.fused_activation_function()));
}

}  // namespace

void max_pool_2d(Node &node) { pool(node, ACCEL_OPERATION_MAX_POOL); }
void average_pool_2d(Node &node) { pool(node, ACCEL_OPERATION_AVERAGE_POOL); }

}  // namespace accel::tflite::ops
