// SPDX-License-Identifier: MIT
// Looks at first operands, and at who makes them.
#include "operation_types.h"

#include <accel/graph/catalog.h>

#include <string_view>

#include "graph_head.h"

namespace accel::tool {
namespace {

bool is_byte(uint32_t type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8; }

bool is_dequantized(const accel_graph_desc &graph, uint32_t maker, const std::set<std::string> &placed)
{
    if (maker == ACCEL_NONE) return false;
    const accel_node_desc &node = *accel_graph_node(&graph, maker);
    const graph::OperationRow *row = graph::find_operation(node.operation);
    return row && !placed.count(node.name) && std::string_view(row->name) == "DequantizeLinear" && node.input_count > 0 && node.inputs[0] != ACCEL_TENSOR_NONE && is_byte(accel_graph_tensor(&graph, node.inputs[0])->type);
}

}  // namespace

std::map<std::string, uint32_t> operation_types(const accel_graph_desc &graph, const std::set<std::string> &placed)
{
    const auto made_by = makers(graph);
    std::map<std::string, uint32_t> types;
    for (uint32_t index = 0; index < graph.node_count; ++index) {
        const accel_node_desc &node = *accel_graph_node(&graph, index);
        if (node.input_count == 0 || node.inputs[0] == ACCEL_TENSOR_NONE) continue;
        const accel_tensor_desc &operand = *accel_graph_tensor(&graph, node.inputs[0]);
        const bool quantised = (is_byte(operand.type) && operand.quantization) || is_dequantized(graph, made_by[node.inputs[0]], placed);
        types.emplace(node.name, quantised ? static_cast<uint32_t>(ACCEL_TYPE_I8) : operand.type);
    }
    return types;
}

}  // namespace accel::tool
