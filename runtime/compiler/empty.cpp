// SPDX-License-Identifier: MIT
// Takes tensors without elements out of nodes.
#include "empty.h"

#include <algorithm>

#include "base/catalog.h"
#include "constants.h"
#include "value_operands.h"

namespace accel::runtime {

namespace {

void join_the_rest(const Graph &graph, Node &node)
{
    std::vector<uint32_t> rest;
    std::ranges::copy_if(node.inputs, std::back_inserter(rest), [&](uint32_t input) { return input == ACCEL_TENSOR_NONE || !is_empty(graph.tensors[input]); });
    if (rest.empty() || rest.size() == node.inputs.size()) return;
    node.inputs = std::move(rest);
    if (node.inputs.size() > 1) return;
    node.operation = ACCEL_OPERATION_IDENTITY;
    node.attributes.clear();
}

/// Of parts whose sizes are all known.
void split_the_rest(Graph &graph, Node &node)
{
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    const auto is_taken = [&](uint32_t output) { return output != ACCEL_TENSOR_NONE && graph.tensors[output].constant(); };
    if (std::ranges::none_of(node.outputs, is_taken)) return;
    std::erase_if(node.outputs, is_taken);
    std::vector<int64_t> sizes;
    for (const uint32_t output : node.outputs) sizes.push_back(graph.tensors[output].shape[axis].size);
    if (node.outputs.size() > 1) return set_integers(graph, node, ACCEL_OPERAND_SPLIT_SPLIT, sizes);
    node.operation = ACCEL_OPERATION_IDENTITY;
    node.inputs.resize(1);
    node.attributes.clear();
}

bool is_sized(const Graph &graph, uint32_t tensor)
{
    return tensor != ACCEL_TENSOR_NONE && graph.tensors[tensor].known() && element_count(graph.tensors[tensor].shape).has_value();
}

}  // namespace

bool is_empty(const Tensor &tensor)
{
    return tensor.known() && std::ranges::any_of(tensor.shape, [](const Dim &dim) { return dim.fixed() && dim.size == 0; });
}

bool settle_empty(Graph &graph, Node &node, const std::vector<bool> &outputs)
{
    if (node.operation == ACCEL_OPERATION_CUSTOM || !node.regions.empty() || !find_operation(node.operation)) return false;
    bool rest = false;
    for (const uint32_t output : node.outputs) {
        if (output == ACCEL_TENSOR_NONE) continue;
        Tensor &result = graph.tensors[output];
        if (outputs[output] || !is_sized(graph, output) || !is_empty(result))
            rest = true;
        else if (!result.constant())
            own_data(result, {}, {});
    }
    if (!rest) return true;
    if (node.operation == ACCEL_OPERATION_CONCAT) join_the_rest(graph, node);
    if (node.operation == ACCEL_OPERATION_SPLIT && std::ranges::all_of(node.outputs, [&](uint32_t output) { return is_sized(graph, output); })) split_the_rest(graph, node);
    return false;
}

}  // namespace accel::runtime
