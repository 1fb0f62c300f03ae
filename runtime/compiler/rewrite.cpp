// SPDX-License-Identifier: MIT
#include "rewrite.h"

#include <algorithm>

namespace accel::runtime {

void redirect(Graph &graph, uint32_t from, uint32_t to)
{
    for (Node &node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
    std::replace(graph.outputs.begin(), graph.outputs.end(), from, to);
}

bool bypass(Graph &graph, uint32_t node)
{
    const uint32_t from = graph.nodes[node].inputs[0];
    const uint32_t to = graph.nodes[node].outputs[0];
    const std::vector<bool> output = output_flags(graph);
    if (!output[to]) {
        redirect(graph, to, from);
    } else {
        const uint32_t maker = makers(graph)[from];
        if (maker == UINT32_MAX || output[from]) return false;
        std::replace(graph.nodes[maker].outputs.begin(), graph.nodes[maker].outputs.end(), from, to);
        redirect(graph, from, to);
    }
    graph.nodes.erase(graph.nodes.begin() + node);
    return true;
}

void sweep(Graph &graph, std::vector<bool> dead)
{
    dead.resize(graph.nodes.size());
    std::vector<bool> needed = output_flags(graph);
    for (size_t i = graph.nodes.size(); i-- > 0;) {
        const Node &node = graph.nodes[i];
        const auto wanted = [&](uint32_t tensor) { return tensor != ACCEL_TENSOR_NONE && needed[tensor]; };
        if (!dead[i]) dead[i] = std::none_of(node.outputs.begin(), node.outputs.end(), wanted);
        if (dead[i]) continue;
        for (const uint32_t input : node.inputs) {
            if (input != ACCEL_TENSOR_NONE) needed[input] = true;
        }
    }
    std::vector<Node> kept;
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        if (!dead[i]) kept.push_back(std::move(graph.nodes[i]));
    }
    graph.nodes = std::move(kept);
}

}  // namespace accel::runtime
