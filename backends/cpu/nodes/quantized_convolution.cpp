// SPDX-License-Identifier: MIT
// Quantised convolutions and matrix products with constant weights, as the integer kernels take them.
#include "nodes.h"

#include "../shapes.h"
#include "../window.h"
#include "integer_convolution.h"

namespace accel::cpu
{
namespace
{

std::vector<double> multipliers(const Tensor &x, const Tensor &w, const Tensor &y)
{
    std::vector<double> all;
    for (const float scale : w.quantization->scales)
        all.push_back(static_cast<double>(scale_of(x)) * static_cast<double>(scale) / static_cast<double>(scale_of(y)));
    return all;
}

// The ADD that a convolution does too: its addend, and its formula.
const Node *addition_of(const Graph &graph, const Node &node) { return node.addition == kNone ? nullptr : &graph.nodes[node.addition]; }

// Whether quotients from the inverse store the same byte as divisions for every pair of stored values.
bool inverse_is_exact(const Addition &rule, const HalfEven &made)
{
    constexpr int64_t kValues = 256;
    std::vector<int32_t> sums(kValues);
    const std::vector<float> ones(kValues, 1.0f);
    std::vector<uint8_t> addends(kValues * kValues), divided(kValues * kValues), multiplied(kValues * kValues);
    for (int64_t i = 0; i < kValues * kValues; ++i)
        addends[static_cast<size_t>(i)] = static_cast<uint8_t>(i / kValues);
    for (int64_t i = 0; i < kValues; ++i)
        sums[static_cast<size_t>(i)] = static_cast<int32_t>(made.low) + static_cast<int32_t>(i);
    const HalfEven as_they_are{ones.data(), made.low, made.high, made.zero_point};
    Addition without = rule;
    without.inverse = 0;
    const auto finish = integer_kernels().finish_added;
    finish({sums.data(), 0, kValues, kValues, divided.data(), addends.data(), kValues}, as_they_are, without);
    finish({sums.data(), 0, kValues, kValues, multiplied.data(), addends.data(), kValues}, as_they_are, rule);
    return divided == multiplied;
}

Addition addition_rule(const Graph &graph, const Node &add, const Tensor &made, const Tensor &addend, const HalfEven &made_rule)
{
    const Tensor &result = graph.tensor(add.outputs[0]);
    const StoredRange range = stored_range(result, add.clamp(), add.rounding);
    Addition rule;
    rule.scale = scale_of(made), rule.addend_scale = scale_of(addend), rule.result_scale = scale_of(result);
    rule.zero_point = zero_point_of(addend), rule.result_zero_point = zero_point_of(result);
    rule.low = static_cast<float>(range.low - rule.result_zero_point), rule.high = static_cast<float>(range.high - rule.result_zero_point);
    rule.is_signed = addend.type == ACCEL_TYPE_I8, rule.result_is_signed = result.type == ACCEL_TYPE_I8;
    rule.inverse = 1.0f / rule.result_scale;
    if (!inverse_is_exact(rule, made_rule))
        rule.inverse = 0;
    return rule;
}

void prepare(Builder &builder, const Node &node, IntegerConvolution convolution, bool transposed)
{
    const Graph &graph = builder.graph();
    const Node *add = addition_of(graph, node);
    const Tensor &x = graph.tensor(node.inputs[0]), &w = graph.tensor(node.inputs[1]);
    const Tensor &made = graph.tensor(add == nullptr ? node.outputs[0] : node.residual_of);
    const IntegerGeometry &g = convolution.geometry;
    const IntegerWeights weights(g, w, transposed, node.input(2) == kNone ? nullptr : graph.tensor(node.inputs[2]).data);
    const Operands operands(integer_kernels(), x, weights);
    Requantizer requantizer(made, node.clamp(), node.rounding, multipliers(x, w, made), g.out_channels);
    SumsFinish finish(requantizer);
    if (add != nullptr)
        finish = SumsFinish(requantizer, addition_rule(graph, *add, made, graph.tensor(node.residual), requantizer.half_even(0)));
    (g.depthwise() ? add_integer_depthwise : add_integer_convolution)(builder, convolution, operands, weights, std::move(finish));
}

} // namespace

void prepare_quantized_convolution(Builder &builder, const Node &node)
{
    IntegerConvolution convolution;
    const View &x = convolution.x = builder.in_layout(node.inputs[0], Layout::kChannelsLast);
    if (node.residual != kNone)
        convolution.addend = builder.in_layout(node.residual, Layout::kChannelsLast);
    const View &y = convolution.y = builder.define(node.outputs[0], Layout::kChannelsLast);
    const Window window = *read_window(node, spatial_of(builder.graph().tensor(node.inputs[1]).dims));
    const bool flat = x.dims.size() == 3; // one spatial axis: a row
    IntegerGeometry &g = convolution.geometry;
    g.batch = x.dims[0];
    g.channels = x.dims[1];
    g.out_channels = y.dims[1];
    g.groups = node.integer(ACCEL_ATTRIBUTE_GROUP, 1);
    const size_t last = window.axes() - 1;
    g.width = x.dims.back();
    g.out_width = y.dims.back();
    g.kernel_x = window.kernel[last], g.stride_x = window.stride[last], g.dilation_x = window.dilation[last],
    g.left = window.pad_begin[last];
    if (!flat) {
        g.height = x.dims[2];
        g.out_height = y.dims[2];
        g.kernel_y = window.kernel[0], g.stride_y = window.stride[0], g.dilation_y = window.dilation[0], g.top = window.pad_begin[0];
    }
    if (window.covers_all()) { // one long row makes full tiles
        g.width *= g.height * g.batch;
        g.out_width = g.width;
        g.height = g.out_height = g.batch = 1;
    }
    prepare(builder, node, std::move(convolution), false);
}

void prepare_quantized_matmul(Builder &builder, const Node &node)
{
    IntegerConvolution convolution;
    convolution.x = builder.in_layout(node.inputs[0], Layout::kRowMajor);
    convolution.y = builder.define(node.outputs[0], Layout::kRowMajor);
    const Dims &weights = builder.graph().tensor(node.inputs[1]).dims;
    const bool rows_are_outputs = node.operation == ACCEL_OPERATION_GEMM && node.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) != 0;
    IntegerGeometry &g = convolution.geometry;
    g.channels = weights[rows_are_outputs ? 1 : 0];
    g.out_channels = weights[rows_are_outputs ? 0 : 1];
    g.width = g.out_width = *element_count(convolution.x.dims) / g.channels;
    prepare(builder, node, std::move(convolution), !rows_are_outputs);
}

} // namespace accel::cpu
