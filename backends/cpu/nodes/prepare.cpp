// SPDX-License-Identifier: MIT
// From an operation to the function that prepares its nodes.
#include "nodes.h"
#include "walk.h"

#include <stdexcept>

namespace accel::cpu
{
namespace
{

void prepare_quantized(Builder &builder, const Node &node)
{
    switch (node.operation) {
    case ACCEL_OPERATION_CONV:
        return prepare_quantized_convolution(builder, node);
    case ACCEL_OPERATION_GEMM:
    case ACCEL_OPERATION_MATMUL:
        return prepare_quantized_matmul(builder, node);
    case ACCEL_OPERATION_AVERAGE_POOL:
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
        return prepare_quantized_pool(builder, node);
    case ACCEL_OPERATION_RELU:
    case ACCEL_OPERATION_CLIP:
        return prepare_quantized_choice(builder, node);
    default:
        return prepare_quantized_binary(builder, node);
    }
}

bool has_quantized_form(uint32_t operation)
{
    switch (operation) {
    case ACCEL_OPERATION_CONV:
    case ACCEL_OPERATION_GEMM:
    case ACCEL_OPERATION_MATMUL:
    case ACCEL_OPERATION_AVERAGE_POOL:
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
    case ACCEL_OPERATION_RELU:
    case ACCEL_OPERATION_CLIP:
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
        return true;
    default:
        return false;
    }
}

// Elements that a step visits which does nothing but walk over them, windows included.
int64_t walked_elements(const Graph &graph, const Node &node)
{
    int64_t most = 0;
    for (const uint32_t tensor : node.outputs)
        most = std::max(most, elements_of(graph.tensors[tensor]));
    return most * node.integer(ACCEL_ATTRIBUTE_KERNEL_SHAPE, 1);
}

} // namespace

void prepare_node(Builder &builder, const Node &node)
{
    if (walked_elements(builder.graph(), node) >= kParallelElements)
        builder.expect_team();
    if (has_quantized_form(node.operation) && is_quantized(builder.graph(), node))
        return prepare_quantized(builder, node);
    switch (node.operation) {
    case ACCEL_OPERATION_CONV:
        return prepare_convolution(builder, node);
    case ACCEL_OPERATION_GEMM:
        return prepare_gemm(builder, node);
    case ACCEL_OPERATION_MATMUL:
        return prepare_matmul(builder, node);
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL:
        return prepare_pool(builder, node);
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
        return prepare_global_pool(builder, node);
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_DIV:
        return prepare_binary(builder, node);
    case ACCEL_OPERATION_RELU:
    case ACCEL_OPERATION_CLIP:
    case ACCEL_OPERATION_SIGMOID:
    case ACCEL_OPERATION_TANH:
    case ACCEL_OPERATION_EXP:
    case ACCEL_OPERATION_LEAKY_RELU:
        return prepare_unary(builder, node);
    case ACCEL_OPERATION_SOFTMAX:
        return prepare_softmax(builder, node);
    case ACCEL_OPERATION_RESHAPE:
    case ACCEL_OPERATION_IDENTITY:
        return prepare_reshape(builder, node);
    case ACCEL_OPERATION_TRANSPOSE:
        return prepare_transpose(builder, node);
    case ACCEL_OPERATION_CONCAT:
        return prepare_concat(builder, node);
    case ACCEL_OPERATION_SLICE:
        return prepare_slice(builder, node);
    case ACCEL_OPERATION_BATCH_NORMALIZATION:
        return prepare_batch_normalization(builder, node);
    case ACCEL_OPERATION_QUANTIZE:
        return is_quantized(builder.graph(), node) ? prepare_requantize(builder, node) : prepare_quantize(builder, node);
    case ACCEL_OPERATION_DEQUANTIZE:
        return prepare_dequantize(builder, node);
    case ACCEL_OPERATION_REDUCE_MEAN:
        return prepare_reduce_mean(builder, node);
    case ACCEL_OPERATION_PAD:
        return prepare_pad(builder, node);
    case ACCEL_OPERATION_CAST:
        return prepare_cast(builder, node);
    case ACCEL_OPERATION_SPLIT:
        return prepare_split(builder, node);
    case ACCEL_OPERATION_GATHER:
        return prepare_gather(builder, node);
    default:
        throw std::runtime_error("an operation without preparation passed the check");
    }
}

} // namespace accel::cpu
