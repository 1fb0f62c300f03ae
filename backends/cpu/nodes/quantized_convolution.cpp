// SPDX-License-Identifier: MIT
// Quantised convolutions and matrix products with constant weights, as the integer kernels take them.
#include "nodes.h"

#include "../window.h"
#include "integer_convolution.h"
#include "residual.h"

namespace accel::cpu {
namespace {

void prepare(Builder &builder, const Node &node, IntegerConvolution convolution, bool transposed)
{
    const Graph &graph = builder.graph();
    const Fusion &fusion = builder.fusion();
    const bool adds = fusion.addition != kNone;
    const Tensor &x = graph.tensor(node.inputs[0]), &w = graph.tensor(node.inputs[1]);
    const Tensor &made = graph.tensor(adds ? fusion.residual_of : node.outputs[0]);
    const IntegerGeometry &g = convolution.geometry;
    const IntegerWeights weights(g, w, transposed, node.input(2) == kNone ? nullptr : graph.tensor(node.inputs[2]).data);
    const Operands operands(integer_kernels(), x, weights);
    Requantizer requantizer(made, fusion.clamp, node.rounding, sum_multipliers(x, w, made), g.out_channels);
    SumsFinish finish = adds ? finish_with(graph, graph.nodes[fusion.addition], made, graph.tensor(fusion.residual), std::move(requantizer))
                             : SumsFinish(std::move(requantizer));
    (g.depthwise() ? add_integer_depthwise : add_integer_convolution)(builder, convolution, operands, weights, std::move(finish));
}

}  // namespace

void prepare_quantized_convolution(Builder &builder, const Node &node)
{
    IntegerConvolution convolution;
    const View &x = convolution.x = builder.in_layout(node.inputs[0], Layout::kChannelsLast);
    if (const uint32_t residual = builder.fusion().residual; residual != kNone)
        convolution.addend = builder.in_layout(residual, Layout::kChannelsLast);
    const View &y = convolution.y = builder.define(node.outputs[0], Layout::kChannelsLast);
    const Window window = builder.window(node, spatial_of(dims_of(builder.graph().tensor(node.inputs[1]))));
    const bool flat = x.dims.size() == 3;  // one spatial axis: a row
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
    if (window.covers_all()) {  // one long row makes full tiles
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
    const Dims weights = dims_of(builder.graph().tensor(node.inputs[1]));
    const bool rows_are_outputs = node.operation == ACCEL_OPERATION_GEMM && node.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) != 0;
    IntegerGeometry &g = convolution.geometry;
    g.channels = weights[rows_are_outputs ? 1 : 0];
    g.out_channels = weights[rows_are_outputs ? 0 : 1];
    g.width = g.out_width = *element_count(convolution.x.dims) / g.channels;
    prepare(builder, node, std::move(convolution), !rows_are_outputs);
}

}  // namespace accel::cpu
