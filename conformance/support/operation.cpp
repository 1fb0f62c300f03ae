// SPDX-License-Identifier: MIT
// Makes the sample graph of each operation.
#include "operation.h"

#include <tuple>

#include "bytes.h"

namespace accel::conformance {
namespace {

const Quantization kHalf{{0.5f}, {3}};

Window odd_window(int64_t channels_in, int64_t channels_out, int64_t kernel)
{
    Window window;
    window.channels_in = channels_in;
    window.channels_out = channels_out;
    window.height = 7;
    window.width = 5;
    window.kernel_height = window.kernel_width = kernel;
    return window;
}

QuantisedConv sample_conv(const Window &window)
{
    Random random(7);
    QuantisedConv conv;
    conv.window = window;
    conv.x = {{0.25f}, {-3}};
    conv.w = {std::vector<float>(static_cast<size_t>(window.channels_out), 0.5f), std::vector<int32_t>(static_cast<size_t>(window.channels_out), 0), 0};
    conv.y = {{2.0f}, {5}};
    conv.weights = whole_numbers<int8_t>(random, window.w_count(), -127, 127);
    conv.bias = whole_numbers<int32_t>(random, static_cast<size_t>(window.channels_out), -1000, 1000);
    return conv;
}

void add_windows(std::vector<Sample> &samples)
{
    for (const auto &[in, out, kernel] : {std::tuple<int64_t, int64_t, int64_t>{3, 8, 1}, {3, 8, 3}, {16, 16, 3}, {1, 1, 5}, {17, 5, 2}}) {
        Window window = odd_window(in, out, kernel);
        const std::string name = std::to_string(in) + "->" + std::to_string(out) + " kernel " + std::to_string(kernel);
        Random random(3);
        samples.push_back({"CONV F32 " + name, conv_graph(window, whole_numbers<float>(random, window.w_count(), -3, 3))});
        for (const auto rounding : {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL})
            samples.push_back({"CONV I8 rounding " + std::to_string(rounding) + " " + name, quantised_conv_graph(sample_conv(window), rounding)});
        window.stride_y = window.stride_x = 2;
        window.pad_top = window.pad_left = kernel / 2;
        samples.push_back({"CONV I8 strided " + name, quantised_conv_graph(sample_conv(window), ACCEL_ROUNDING_TFLITE)});
        window.dilation_y = window.dilation_x = 2;
        if (window.out_height() > 0 && window.out_width() > 0 && kernel < 5)
            samples.push_back({"CONV I8 dilated " + name, quantised_conv_graph(sample_conv(window), ACCEL_ROUNDING_TFLITE)});
    }
    Window depthwise = odd_window(12, 12, 3);
    depthwise.groups = 12;
    samples.push_back({"CONV I8 depthwise", quantised_conv_graph(sample_conv(depthwise), ACCEL_ROUNDING_TFLITE)});
    Window grouped = odd_window(12, 6, 3);
    grouped.groups = 3;
    samples.push_back({"CONV I8 grouped", quantised_conv_graph(sample_conv(grouped), ACCEL_ROUNDING_TFLITE)});
    for (const auto operation : {ACCEL_OPERATION_MAX_POOL, ACCEL_OPERATION_AVERAGE_POOL}) {
        Window window = odd_window(6, 6, 2);
        samples.push_back({"pool F32", pool_graph(operation, window, ACCEL_TYPE_F32)});
        samples.push_back({"pool I8", pool_graph(operation, window, ACCEL_TYPE_I8, ACCEL_ROUNDING_TFLITE)});
        window.stride_y = 3;
        window.pad_bottom = 1;
        samples.push_back({"pool I8 odd strides", pool_graph(operation, window, ACCEL_TYPE_I8, ACCEL_ROUNDING_TFLITE)});
    }
}

void add_unary(std::vector<Sample> &samples)
{
    const std::vector<int64_t> dims{1, 6, 5, 7};
    for (const auto operation : {ACCEL_OPERATION_RELU, ACCEL_OPERATION_SIGMOID, ACCEL_OPERATION_TANH, ACCEL_OPERATION_EXP, ACCEL_OPERATION_IDENTITY})
        samples.push_back({"unary F32 " + std::to_string(operation), unary_graph(operation, dims, dims)});
    samples.push_back({"RELU I8", unary_graph(ACCEL_OPERATION_RELU, dims, dims, {}, ACCEL_TYPE_I8, kHalf)});
    samples.push_back({"CLIP F32", unary_graph(ACCEL_OPERATION_CLIP, dims, dims, {{}, {}, {}, {{ACCEL_OPERAND_CLIP_MIN, -1.0f}, {ACCEL_OPERAND_CLIP_MAX, 6.0f}}})});
    samples.push_back({"SOFTMAX F32", unary_graph(ACCEL_OPERATION_SOFTMAX, {3, 10}, {3, 10}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}})});
    samples.push_back({"GLOBAL_AVERAGE_POOL F32", unary_graph(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, dims, {1, 6, 1, 1})});
    for (const auto type : {ACCEL_TYPE_F32, ACCEL_TYPE_I8}) {
        const Quantization quantization = type == ACCEL_TYPE_I8 ? kHalf : Quantization{};
        const std::string name = type == ACCEL_TYPE_I8 ? " I8" : " F32";
        samples.push_back({"RESHAPE" + name, unary_graph(ACCEL_OPERATION_RESHAPE, dims, {1, 210}, {{}, {}, {{ACCEL_OPERAND_RESHAPE_SHAPE, {1, 210}}}}, type, quantization)});
        samples.push_back({"TRANSPOSE" + name, unary_graph(ACCEL_OPERATION_TRANSPOSE, dims, {1, 5, 7, 6}, {{{ACCEL_ATTRIBUTE_PERM, {0, 2, 3, 1}}}, {}}, type, quantization)});
        samples.push_back({"SLICE" + name,
                           unary_graph(ACCEL_OPERATION_SLICE, dims, {1, 2, 5, 7},
                                       {{}, {}, {{ACCEL_OPERAND_SLICE_STARTS, {2}}, {ACCEL_OPERAND_SLICE_ENDS, {4}}, {ACCEL_OPERAND_SLICE_AXES, {1}}, {ACCEL_OPERAND_SLICE_STEPS, {1}}}},
                                       type, quantization)});
        samples.push_back({"PAD" + name, unary_graph(ACCEL_OPERATION_PAD, dims, {1, 6, 7, 8}, {{}, {}, {{ACCEL_OPERAND_PAD_PADS, {0, 0, 1, 0, 0, 0, 1, 1}}}}, type, quantization)});
    }
}

void add_binary(std::vector<Sample> &samples)
{
    for (const auto operation : {ACCEL_OPERATION_ADD, ACCEL_OPERATION_SUB, ACCEL_OPERATION_MUL, ACCEL_OPERATION_DIV})
        for (const auto &dims : {std::vector<int64_t>{1, 6, 5, 7}, {13}, {2, 3}, {1, 1, 1, 1}})
            samples.push_back({"binary F32 " + std::to_string(operation) + " rank " + std::to_string(dims.size()), binary_graph(operation, dims)});
    for (const int64_t inner : {int64_t{1}, int64_t{16}, int64_t{33}}) {
        GraphBuilder graph;
        Random random(5);
        const uint32_t a = graph.input("a", ACCEL_TYPE_F32, {3, inner});
        const uint32_t b = graph.constant<float>("b", ACCEL_TYPE_F32, {inner, 5}, whole_numbers<float>(random, static_cast<size_t>(inner * 5), -2, 2));
        const uint32_t y = graph.tensor("y", ACCEL_TYPE_F32, {3, 5});
        graph.node(ACCEL_OPERATION_MATMUL, {a, b}, {y});
        graph.output(y);
        samples.push_back({"MATMUL F32 inner " + std::to_string(inner), std::move(graph)});
    }
}

}  // namespace

GraphBuilder::Attributes window_attributes(const Window &window, bool with_kernel, bool with_group)
{
    GraphBuilder::Attributes attributes;
    if (with_kernel) attributes.ints.push_back({ACCEL_ATTRIBUTE_KERNEL_SHAPE, {window.kernel_height, window.kernel_width}});
    attributes.ints.push_back({ACCEL_ATTRIBUTE_STRIDES, {window.stride_y, window.stride_x}});
    if (window.dilation_y != 1 || window.dilation_x != 1) attributes.ints.push_back({ACCEL_ATTRIBUTE_DILATIONS, {window.dilation_y, window.dilation_x}});
    attributes.ints.push_back({ACCEL_ATTRIBUTE_PADS, {window.pad_top, window.pad_left, window.pad_bottom, window.pad_right}});
    if (with_group) attributes.ints.push_back({ACCEL_ATTRIBUTE_GROUP, {window.groups}});
    return attributes;
}

GraphBuilder conv_graph(const Window &window, const std::vector<float> &w, const std::vector<float> &bias)
{
    GraphBuilder graph;
    std::vector<uint32_t> operands{graph.input("x", ACCEL_TYPE_F32, window.x_dims()), graph.constant<float>("w", ACCEL_TYPE_F32, window.w_dims(), w)};
    if (!bias.empty()) operands.push_back(graph.constant<float>("b", ACCEL_TYPE_F32, {window.channels_out}, bias));
    const uint32_t y = graph.tensor("y", ACCEL_TYPE_F32, window.y_dims());
    graph.node(ACCEL_OPERATION_CONV, operands, {y}, window_attributes(window, true, true));
    graph.output(y);
    return graph;
}

GraphBuilder pool_graph(accel_operation operation, const Window &window, accel_type type, accel_rounding rounding)
{
    GraphBuilder graph;
    const Quantization quantization = type == ACCEL_TYPE_I8 ? kHalf : Quantization{};
    const uint32_t x = graph.input("x", type, window.x_dims(), quantization);
    Window same = window;
    same.channels_out = window.channels_in;
    const uint32_t y = graph.tensor("y", type, same.y_dims(), quantization);
    const bool requantises = type == ACCEL_TYPE_I8 && operation == ACCEL_OPERATION_AVERAGE_POOL;
    graph.node(operation, {x}, {y}, window_attributes(window, true, false), requantises ? rounding : ACCEL_ROUNDING_NONE);
    graph.output(y);
    return graph;
}

GraphBuilder quantised_conv_graph(const QuantisedConv &conv, accel_rounding rounding)
{
    GraphBuilder graph;
    const auto channels = static_cast<size_t>(conv.window.channels_out);
    std::vector<uint32_t> operands{graph.input("x", ACCEL_TYPE_I8, conv.window.x_dims(), conv.x),
                                   graph.constant<int8_t>("w", ACCEL_TYPE_I8, conv.window.w_dims(), conv.weights, conv.w)};
    if (!conv.bias.empty()) {
        Quantization scale;
        for (size_t channel = 0; channel < channels; ++channel) {
            scale.scales.push_back(conv.x.scales[0] * conv.w.scales[conv.w.scales.size() == 1 ? 0 : channel]);
            scale.zero_points.push_back(0);
        }
        operands.push_back(graph.constant<int32_t>("b", ACCEL_TYPE_I32, {conv.window.channels_out}, conv.bias, scale));
    }
    const uint32_t y = graph.tensor("y", ACCEL_TYPE_I8, conv.window.y_dims(), conv.y);
    auto attributes = window_attributes(conv.window, true, true);
    if (!conv.clamp.empty()) {
        attributes.floats.push_back({ACCEL_ATTRIBUTE_CLAMP_MIN, {conv.clamp[0]}});
        attributes.floats.push_back({ACCEL_ATTRIBUTE_CLAMP_MAX, {conv.clamp[1]}});
    }
    graph.node(ACCEL_OPERATION_CONV, operands, {y}, attributes, rounding);
    graph.output(y);
    return graph;
}

GraphBuilder unary_graph(accel_operation operation, const std::vector<int64_t> &x_dims, const std::vector<int64_t> &y_dims, const GraphBuilder::Attributes &attributes,
                         accel_type type, const Quantization &quantization)
{
    GraphBuilder graph;
    const uint32_t x = graph.input("x", type, x_dims, quantization);
    const uint32_t y = graph.tensor("y", type, y_dims, quantization);
    graph.node(operation, {x}, {y}, attributes);
    graph.output(y);
    return graph;
}

GraphBuilder binary_graph(accel_operation operation, const std::vector<int64_t> &dims)
{
    GraphBuilder graph;
    const uint32_t a = graph.input("a", ACCEL_TYPE_F32, dims), b = graph.input("b", ACCEL_TYPE_F32, dims);
    const uint32_t y = graph.tensor("y", ACCEL_TYPE_F32, dims);
    graph.node(operation, {a, b}, {y});
    graph.output(y);
    return graph;
}

std::vector<Sample> operation_samples()
{
    std::vector<Sample> samples;
    add_windows(samples);
    add_unary(samples);
    add_binary(samples);
    return samples;
}

}  // namespace accel::conformance
