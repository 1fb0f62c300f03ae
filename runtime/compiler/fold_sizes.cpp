// SPDX-License-Identifier: MIT
// Folds one node that computes with sizes.
#include "fold_sizes.h"

#include <algorithm>

#include "constants.h"
#include "empty.h"
#include "fold.h"
#include "value_operands.h"

namespace accel::runtime {

namespace {

/// Shapes and what is calculated from them. What is larger waits for the pass that folds, and for operations that fold only here.
constexpr uint64_t kFewElements = 1024;

/// What no device does: it is folded here, however large, and in front of an output too.
bool folds_only_here(const Node &node)
{
    constexpr uint32_t kOnlyHere[] = {ACCEL_OPERATION_SHAPE, ACCEL_OPERATION_SIZE, ACCEL_OPERATION_EXPAND, ACCEL_OPERATION_RANGE, ACCEL_OPERATION_NON_ZERO, ACCEL_OPERATION_NON_MAX_SUPPRESSION};
    return std::ranges::find(kOnlyHere, node.operation) != std::end(kOnlyHere);
}

/// Of nothing comes what no device has to be asked for, in front of an output too.
bool reads_nothing(const Graph &graph, const Node &node) { return !node.inputs.empty() && node.inputs[0] != ACCEL_TENSOR_NONE && is_empty(graph.tensors[node.inputs[0]]); }

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

bool is_small(const Tensor &tensor)
{
    const auto count = tensor.known() ? element_count(tensor.shape) : std::nullopt;
    return count && *count <= kFewElements;
}

/// The parts of a small constant are slices of it.
bool fold_split(Graph &graph, Node &node, const std::vector<bool> &outputs)
{
    const Tensor &x = graph.tensors[node.inputs[0]];
    const auto axis = node.integer(ACCEL_ATTRIBUTE_AXIS, 0);
    if (!x.constant() || !is_small(x)) return false;
    if (std::ranges::any_of(node.outputs, [&](uint32_t output) { return output == ACCEL_TENSOR_NONE || outputs[output] || !is_small(graph.tensors[output]); })) return false;
    int64_t start = 0;
    for (const uint32_t output : node.outputs) {
        Node slice;
        slice.name = node.name;
        slice.operation = ACCEL_OPERATION_SLICE;
        slice.inputs = {node.inputs[0]};
        slice.outputs = {output};
        const int64_t end = start + graph.tensors[output].shape[static_cast<size_t>(axis)].size;
        set_integers(graph, slice, ACCEL_OPERAND_SLICE_STARTS, {start});
        set_integers(graph, slice, ACCEL_OPERAND_SLICE_ENDS, {end});
        set_integers(graph, slice, ACCEL_OPERAND_SLICE_AXES, {axis});
        if (!fold_node(graph, slice, FoldDequantize::Keep)) return false;
        start = end;
    }
    return true;
}

}  // namespace

bool fold_sizes(Graph &graph, Node &node, const std::vector<bool> &outputs)
{
    if (settle_empty(graph, node, outputs)) return true;
    if (node.operation == ACCEL_OPERATION_SPLIT) return fold_split(graph, node, outputs);
    if (node.outputs.size() != 1 || !reads_constants(graph, node)) return false;
    const bool only_here = folds_only_here(node) || reads_nothing(graph, node), is_output = outputs[node.outputs[0]];
    if (!only_here && (is_output || !is_small(graph.tensors[node.outputs[0]]))) return false;
    if (!fold_node(graph, node, FoldDequantize::Keep)) return false;
    if (is_output) hand_on(graph, node);
    return !is_output;
}

}  // namespace accel::runtime
