// SPDX-License-Identifier: MIT
// From an operation to the function that plans its nodes.
#include "plan.h"

#include "operations.h"

namespace accel::ethosu {

Verdict plan_node(const graph::View &graph, const accel_node_desc &node, NodePlan &plan)
{
    const uint32_t known = graph::known_revision(kOperations, node.operation);
    if (known != 0 && node.revision > known)
        return Refusal{ACCEL_REASON_REVISION, ACCEL_TENSOR_NONE, node.revision, known};
    switch (node.operation) {
    case ACCEL_OPERATION_CONV:
        return plan_conv(graph, node, plan);
    case ACCEL_OPERATION_GEMM:
    case ACCEL_OPERATION_MATMUL:
        return plan_gemm(graph, node, plan);
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_AVERAGE_POOL:
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
        return plan_pool(graph, node, plan);
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
        return plan_binary(graph, node, plan);
    case ACCEL_OPERATION_QUANTIZE:
        return plan_requantise(graph, node, plan);
    case ACCEL_OPERATION_RELU:
    case ACCEL_OPERATION_CLIP:
        return plan_clamp(graph, node, plan);
    case ACCEL_OPERATION_RESHAPE:
    case ACCEL_OPERATION_IDENTITY:
        return plan_reshape(graph, node, plan);
    case ACCEL_OPERATION_TRANSPOSE:
        return plan_transpose(graph, node, plan);
    case ACCEL_OPERATION_CONCAT:
        return plan_concat(graph, node, plan);
    case ACCEL_OPERATION_SLICE:
        return plan_slice(graph, node, plan);
    default:
        return Refusal{ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, node.operation, 0};
    }
}

}  // namespace accel::ethosu
