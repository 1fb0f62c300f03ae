// SPDX-License-Identifier: MIT
#include "work.h"

#include "../catalog.h"

namespace accel::runtime {

namespace {

/// Saturates: a report, not an address.
uint64_t times(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

uint64_t size_at(const Shape &shape, size_t axis)
{
    return axis < shape.size() && shape[axis].fixed() ? static_cast<uint64_t>(shape[axis].size) : 1;
}

uint64_t kernel_area(const Graph &graph, const Node &node)
{
    uint64_t area = 1;
    if (node.operation == ACCEL_OPERATION_GLOBAL_AVERAGE_POOL) {
        const Shape &x = graph.tensors[node.inputs[0]].shape;
        for (size_t axis = 2; axis < x.size(); ++axis) area = times(area, size_at(x, axis));
        return area;
    }
    for (const int64_t size : node.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {})) area = times(area, static_cast<uint64_t>(size));
    return area;
}

uint64_t conv_depth(const Shape &w)
{
    uint64_t depth = 1;
    for (size_t axis = 1; axis < w.size(); ++axis) depth = times(depth, size_at(w, axis));
    return depth;
}

uint64_t inner_size(const Graph &graph, const Node &node)
{
    const Shape &a = graph.tensors[node.inputs[0]].shape;
    const bool turned = node.operation == ACCEL_OPERATION_GEMM && node.integer(ACCEL_ATTRIBUTE_TRANS_A, 0);
    return a.empty() ? 1 : size_at(a, turned ? 0 : a.size() - 1);
}

}  // namespace

uint64_t work_macs(const Graph &graph, const Node &node)
{
    const OperationRow *row = node.operation == ACCEL_OPERATION_CUSTOM ? nullptr : find_operation(node.operation);
    if (!row || node.outputs.empty() || node.outputs[0] == ACCEL_TENSOR_NONE) return 0;
    const uint64_t outputs = element_count(graph.tensors[node.outputs[0]].shape).value_or(0);
    switch (row->work) {
    case Work::kConv: return times(outputs, conv_depth(graph.tensors[node.inputs[1]].shape));
    case Work::kGemm:
    case Work::kMatmul: return times(outputs, inner_size(graph, node));
    case Work::kPool: return times(outputs, kernel_area(graph, node));
    case Work::kElementwise: return outputs;
    case Work::kNone: return 0;
    }
    return 0;
}

}  // namespace accel::runtime
