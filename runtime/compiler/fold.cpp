// SPDX-License-Identifier: MIT
// Computes constant nodes, and drops constants as soon as nobody reads them.
#include "fold.h"

#include <accel/graph/rules.h>

#include <algorithm>

#include "base/catalog.h"
#include "base/progress.h"
#include "constants.h"
#include "empty.h"
#include "rewrite.h"

namespace accel::runtime {

namespace {

/// Operands that only folded nodes read are needed no more: a chain of large constants needs room for two at a time.
class Leftovers {
public:
    explicit Leftovers(const Graph &graph) : readers_(graph.tensors.size()),
                                             output_(output_flags(graph))
    {
        for (const Node &node : graph.nodes) {
            for_each_read(node, [this](uint32_t input) { ++readers_[input]; });
            for (const Attribute &attribute : node.attributes) for_each_tensor(attribute, [this](uint32_t tensor) { ++readers_[tensor]; });
        }
    }
    bool is_output(uint32_t tensor) const { return output_[tensor]; }

    void folded(Graph &graph, const Node &node)
    {
        for (const uint32_t input : node.inputs) {
            if (--readers_[input] != 0 || output_[input] || !graph.tensors[input].owned) continue;
            graph.tensors[input].owned.reset();
            graph.tensors[input].data = nullptr;
            graph.tensors[input].data_bytes = 0;
        }
    }

private:
    std::vector<uint32_t> readers_;
    const std::vector<bool> output_;
};

bool is_foldable(const Graph &graph, const Node &node, const Leftovers &leftovers)
{
    return node.outputs.size() == 1 && !leftovers.is_output(node.outputs[0]) && reads_constants(graph, node);
}

}  // namespace

bool reads_constants(const Graph &graph, const Node &node)
{
    // Most nodes read something that is made when the program runs, which is seen without asking the catalog.
    const bool sizes_only = node.operation == ACCEL_OPERATION_SHAPE || node.operation == ACCEL_OPERATION_SIZE;
    if (node.inputs.empty() || node.inputs[0] == ACCEL_TENSOR_NONE || (!sizes_only && !graph.tensors[node.inputs[0]].constant() && !is_empty(graph.tensors[node.inputs[0]]))) return false;
    return graph::operands_known(NodeDesc(graph, node).get());
}

bool fold_node(Graph &graph, const Node &node, FoldDequantize dequantize)
{
    Tensor &result = graph.tensors[node.outputs[0]];
    const NodeDesc desc(graph, node);
    if (node.operation == ACCEL_OPERATION_DEQUANTIZE && dequantize == FoldDequantize::Keep) return false;
    // A reshaped or renamed constant needs no bytes of its own.
    if (graph::folds_to_operand(desc.get())) {
        const Tensor &from = graph.tensors[node.inputs[0]];
        if (!from.constant()) return false;
        result.data = from.data;
        result.data_bytes = from.data_bytes;
        result.owned = from.owned;
        return true;
    }
    if (!graph::may_fold(desc.get())) return false;
    const auto charge = graph.grant(size_bytes(result).value_or(0), node_text(node));
    std::optional<std::vector<uint8_t>> bytes = graph::fold(desc.get(), pace_piece);
    if (!bytes) return false;
    own_data(result, std::move(*bytes), std::move(charge));
    return true;
}

void fold(Graph &graph, FoldDequantize dequantize)
{
    Leftovers leftovers(graph);
    std::vector<bool> dead(graph.nodes.size());
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        pace();
        const Node &node = graph.nodes[i];
        if (!is_foldable(graph, node, leftovers) || !fold_node(graph, node, dequantize)) continue;
        leftovers.folded(graph, node);
        dead[i] = true;
    }
    sweep(graph, dead);
}

}  // namespace accel::runtime
