// SPDX-License-Identifier: MIT
// Who makes and who reads the tensors of a graph, while it is rewritten.
#pragma once

#include "graph.h"

namespace accel::cpu {

// An output of the graph counts as a reader.
struct Uses {
    std::vector<uint32_t> maker;  // a node; kNone: none
    std::vector<uint32_t> readers;

    explicit Uses(const Graph &graph) : maker(graph.tensors.size(), kNone),
                                        readers(graph.tensors.size(), 0)
    {
        for (const Node &node : graph.nodes) {
            if (graph.fusion(node).fused())
                continue;
            for_each_read(node, [this](uint32_t tensor) { ++readers[tensor]; });
            for (const uint32_t tensor : node.outputs)
                maker[tensor] = graph.number(node);
        }
        for (const uint32_t tensor : graph.outputs)
            ++readers[tensor];
    }

    // The node that makes a tensor, and nothing else, for one reader alone; null: there is none.
    Node *sole_maker(Graph &graph, uint32_t tensor) const
    {
        if (maker[tensor] == kNone || readers[tensor] != 1)
            return nullptr;
        Node &node = graph.nodes[maker[tensor]];
        return node.outputs.size() == 1 ? &node : nullptr;
    }

    bool ready_before(const Graph &graph, uint32_t tensor, const Node &node) const { return maker[tensor] == kNone || maker[tensor] < graph.number(node); }

    // The step of `doer` does `node`, too, and makes what it made.
    void absorb(Graph &graph, Node &doer, const Node &node)
    {
        graph.fusion(node).done_by = graph.number(doer);
        doer.outputs = node.outputs;
        maker[node.outputs[0]] = graph.number(doer);
    }
};

}  // namespace accel::cpu
