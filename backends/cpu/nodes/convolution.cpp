// SPDX-License-Identifier: MIT
// f32 convolutions by oneDNN: channels-last activations, weights rearranged once, bias, residual and clamp in the same pass.
#include "../dnnl_step.h"
#include "../threads.h"
#include "../window.h"
#include "nodes.h"

namespace accel::cpu
{
namespace
{

using dnnl::memory;
using PrimitiveDesc = dnnl::convolution_forward::primitive_desc;

constexpr auto kF32 = memory::data_type::f32;

struct Operands {
    View x, y;
    memory::desc weights_have, weights_want; // want: any layout where the weights are constant
    bool has_bias = false;
    View residual;
    bool has_residual = false;
};

PrimitiveDesc describe_convolution(const Operands &operands, const Window &window, Clamp clamp, bool fuse_residual)
{
    Dims dilates = window.dilation;
    for (int64_t &dilation : dilates)
        --dilation; // oneDNN counts the gaps
    const memory::desc x = describe(operands.x.dims, operands.x.strides), y = describe(operands.y.dims, operands.y.strides);
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    dnnl::post_ops operations;
    if (fuse_residual)
        operations.append_binary(dnnl::algorithm::binary_add, describe(operands.residual.dims, operands.residual.strides));
    if (fuse_residual || !operands.has_residual)
        append_clamp(operations, clamp);
    attributes.set_post_ops(operations);
    constexpr auto kKind = dnnl::prop_kind::forward_inference;
    constexpr auto kAlgorithm = dnnl::algorithm::convolution_direct;
    if (!operands.has_bias)
        return {{kKind, kAlgorithm, x, operands.weights_want, y, window.stride, dilates, window.pad_begin, window.pad_end},
                attributes,
                cpu_engine()};
    const memory::desc bias({operands.y.dims[1]}, kF32, memory::format_tag::a);
    return {{kKind, kAlgorithm, x, operands.weights_want, bias, y, window.stride, dilates, window.pad_begin, window.pad_end},
            attributes,
            cpu_engine()};
}

Dims weight_dims(const Dims &dims, int64_t groups)
{
    if (groups == 1)
        return dims;
    Dims grouped{groups, dims[0] / groups};
    grouped.insert(grouped.end(), dims.begin() + 1, dims.end());
    return grouped;
}

} // namespace

void prepare_convolution(Builder &builder, const Node &node)
{
    const Graph &graph = builder.graph();
    const Tensor &w_tensor = graph.tensor(node.inputs[1]);
    const Window window = *read_window(node, spatial_of(w_tensor.dims));
    Operands operands;
    operands.x = builder.in_layout(node.inputs[0], Layout::kChannelsLast);
    operands.has_bias = node.input(2) != kNone;
    operands.has_residual = node.residual != kNone;
    if (operands.has_residual)
        operands.residual = builder.in_layout(node.residual, Layout::kChannelsLast);
    const View w = builder.in_layout(node.inputs[1], Layout::kRowMajor);
    const Dims grouped = weight_dims(w_tensor.dims, node.integer(ACCEL_ATTRIBUTE_GROUP, 1));
    operands.weights_have = describe(grouped, row_major_strides(grouped));
    const bool constant = builder.constant_data(w) != nullptr;
    operands.weights_want = constant ? memory::desc(grouped, kF32, memory::format_tag::any) : operands.weights_have;
    operands.y = builder.define(node.outputs[0], Layout::kChannelsLast);

    const int64_t multiply_adds = *element_count(operands.y.dims) * (w_tensor.elements() / operands.y.dims[1]);
    builder.threads_for(multiply_adds);
    PrimitiveDesc descriptor = describe_convolution(operands, window, node.clamp(), operands.has_residual);
    const bool alone = operands.has_residual && is_reference(descriptor.impl_info_str());
    if (alone) // no compiled code takes the addition along
        descriptor = describe_convolution(operands, window, node.clamp(), false);
    const uint32_t weights = constant ? rearranged(builder, w, operands.weights_have, descriptor.weights_desc()) : w.value;
    std::vector<DnnlArgument> arguments{{DNNL_ARG_SRC, descriptor.src_desc(), operands.x.value},
                                        {DNNL_ARG_WEIGHTS, descriptor.weights_desc(), weights},
                                        {DNNL_ARG_DST, descriptor.dst_desc(), operands.y.value}};
    if (operands.has_bias)
        arguments.push_back({DNNL_ARG_BIAS, descriptor.bias_desc(), builder.in_layout(node.inputs[2], Layout::kRowMajor).value});
    if (operands.has_residual && !alone)
        arguments.push_back({DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1,
                             describe(operands.residual.dims, operands.residual.strides), operands.residual.value});
    add_dnnl_step(builder, dnnl::convolution_forward(descriptor), descriptor.scratchpad_desc(), std::move(arguments));
    if (alone)
        builder.add(make_add_step(operands.y, operands.residual, operands.y, node.clamp(), builder.threads()),
                    {operands.y.value, operands.residual.value});
}

} // namespace accel::cpu
