// SPDX-License-Identifier: MIT
// Folds one node that computes with sizes.
#include "fold_sizes.h"

#include <algorithm>

#include "../catalog.h"
#include "constants.h"
#include "fold.h"

namespace accel::runtime {

namespace {

/// Shapes and what is calculated from them. What is larger waits for the pass that folds, and for operations that fold only here.
constexpr uint64_t kFewElements = 1024;

bool is_size_operation(const Node &node) { return node.operation == ACCEL_OPERATION_SHAPE || node.operation == ACCEL_OPERATION_SIZE || node.operation == ACCEL_OPERATION_EXPAND; }

bool known(const Graph &graph, const Node &node)
{
    const bool sizes_only = node.operation == ACCEL_OPERATION_SHAPE || node.operation == ACCEL_OPERATION_SIZE;
    return std::all_of(node.inputs.begin(), node.inputs.end(), [&](uint32_t input) {
        if (input == ACCEL_TENSOR_NONE) return false;
        return sizes_only ? graph.tensors[input].known() && element_count(graph.tensors[input].shape).has_value() : graph.tensors[input].constant();
    });
}

/// The constant in front of an output of the graph, which is no constant itself.
void hand_on(Graph &graph, Node &node)
{
    Tensor constant = graph.tensors[node.outputs[0]];
    Tensor &output = graph.tensors[node.outputs[0]];
    output.data = nullptr;
    output.data_bytes = 0;
    output.owned.reset();
    constant.name += ".value";
    node.operation = ACCEL_OPERATION_IDENTITY;
    node.attributes.clear();
    node.inputs = {graph.add_tensor(std::move(constant))};
}

}  // namespace

bool fold_sizes(Graph &graph, Node &node, const std::vector<bool> &outputs)
{
    const bool operation_known = node.operation != ACCEL_OPERATION_CUSTOM && find_operation(node.operation);
    if (!operation_known || node.outputs.size() != 1 || !known(graph, node)) return false;
    const Tensor &result = graph.tensors[node.outputs[0]];
    const auto count = result.known() ? element_count(result.shape) : std::nullopt;
    if (!count || (*count > kFewElements && !is_size_operation(node))) return false;
    const bool is_output = outputs[node.outputs[0]];
    if (is_output && !is_size_operation(node)) return false;
    if (!fold_node(graph, node, FoldDequantize::Keep)) return false;
    if (is_output) hand_on(graph, node);
    return !is_output;
}

}  // namespace accel::runtime
