// SPDX-License-Identifier: MIT
// Reads constants that are value operands.
#include "values.h"

#include <accel/graph/reals.h>

#include "base/catalog.h"

namespace accel::runtime {

namespace {

graph::Values values_at(const Graph &graph, uint32_t tensor)
{
    const Tensor &held = graph.tensors[tensor];
    return {held.type, static_cast<uint32_t>(held.shape.size()), held.data, held.data_bytes};
}

}  // namespace

std::optional<std::vector<int64_t>> integers_at(const Graph &graph, const Node &node, size_t position)
{
    return is_given(node, position) ? graph::read_integers(values_at(graph, node.inputs[position]), nullptr) : std::nullopt;
}

std::optional<float> real_at(const Graph &graph, const Node &node, size_t position)
{
    return is_given(node, position) ? graph::read_real(values_at(graph, node.inputs[position]), nullptr) : std::nullopt;
}

std::optional<std::vector<graph::Cut>> cuts_of(const Graph &graph, const Node &node, std::string *why) { return graph::cuts(NodeDesc(graph, node).get(), why); }

uint32_t unknown_value(const Graph &graph, const Node &node, bool shaping_only)
{
    const OperationRow *row = node.operation == ACCEL_OPERATION_CUSTOM ? nullptr : find_operation(node.operation);
    for (size_t i = 0; row && i < row->values.size(); ++i) {
        const size_t position = row->first_value + i;
        const ValueKind kind = row->values[i].kind;
        if (!is_given(node, position) || (kind == ValueKind::kReal && shaping_only)) continue;
        const bool known = kind == ValueKind::kIntegers       ? integers_at(graph, node, position).has_value()
                           : kind == graph::ValueKind::kReals ? graph::read_reals(values_at(graph, node.inputs[position]), nullptr).has_value()
                                                              : real_at(graph, node, position).has_value();
        if (!known) return node.inputs[position];
    }
    return ACCEL_TENSOR_NONE;
}

}  // namespace accel::runtime
