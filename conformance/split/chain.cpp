// SPDX-License-Identifier: MIT
// Builds the chain of convolutions.
#include "chain.h"

#include "reference/window.h"
#include "support/bytes.h"
#include "support/operation.h"

namespace accel::split {
namespace {

using conformance::GraphBuilder;
using conformance::Quantization;

const Quantization kStored{{0.05f}, {-3}};
constexpr float kWeightScale = 0.01f;

Quantization per_channel(float scale) { return {std::vector<float>(kChannels, scale), std::vector<int32_t>(kChannels, 0)}; }

uint32_t add_convolution(GraphBuilder &graph, uint32_t x, unsigned number)
{
    conformance::Window window;
    window.channels_in = window.channels_out = kChannels;
    window.height = window.width = kSide;
    window.kernel_height = window.kernel_width = 3;
    window.pad_top = window.pad_left = window.pad_bottom = window.pad_right = 1;
    conformance::Random random(number + 1);
    const uint32_t w = graph.constant<int8_t>("", ACCEL_TYPE_I8, window.w_dims(), conformance::whole_numbers<int8_t>(random, window.w_count(), -127, 127), per_channel(kWeightScale));
    const uint32_t b = graph.constant<int32_t>("", ACCEL_TYPE_I32, {kChannels}, conformance::whole_numbers<int32_t>(random, kChannels, -900, 900),
                                               per_channel(kStored.scales[0] * kWeightScale));
    const uint32_t y = graph.tensor("", ACCEL_TYPE_I8, window.y_dims(), kStored);
    graph.node(ACCEL_OPERATION_CONV, {x, w, b}, {y}, conformance::window_attributes(window, true, true), ACCEL_ROUNDING_TFLITE);
    return y;
}

}  // namespace

GraphBuilder convolution_chain(unsigned convolutions)
{
    const std::vector<int64_t> dims{1, kChannels, kSide, kSide};
    GraphBuilder graph;
    const uint32_t x = graph.input("x", ACCEL_TYPE_F32, dims);
    uint32_t last = graph.tensor("", ACCEL_TYPE_I8, dims, kStored);
    graph.node(ACCEL_OPERATION_QUANTIZE, {x}, {last});
    for (unsigned number = 0; number < convolutions; ++number) last = add_convolution(graph, last, number);
    const uint32_t y = graph.tensor("y", ACCEL_TYPE_F32, dims);
    graph.node(ACCEL_OPERATION_DEQUANTIZE, {last}, {y});
    graph.output(y);
    return graph;
}

}  // namespace accel::split
