// SPDX-License-Identifier: MIT
// Who reads what, tensors that stand for others, and nodes swept away.
#include "rewrite.h"

#include <algorithm>
#include <utility>

#include "base/progress.h"

namespace accel::runtime {

Uses::Uses(const Graph &graph)
    : maker(makers(graph)),
      reader_count(graph.tensors.size()),
      last_reader(graph.tensors.size(), UINT32_MAX),
      output(output_flags(graph))
{
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        for_each_read(graph.nodes[i], [&](uint32_t input) {
            ++reader_count[input];
            last_reader[input] = i;
        });
    }
}

uint32_t Bypass::now(uint32_t tensor)
{
    uint32_t end = tensor;
    while (instead_[end] != UINT32_MAX) end = instead_[end];
    // The next one who asks has a short way.
    while (tensor != end) tensor = std::exchange(instead_[tensor], end);
    return end;
}

void Bypass::enter(Node &node)
{
    for_each_read(node, [this](uint32_t &input) { input = now(input); });
}

bool Bypass::remove(const Node &node)
{
    const uint32_t from = node.inputs[0], to = node.outputs[0];
    if (!output_[to]) {
        instead_[to] = from;
        return true;
    }
    // The graph's output keeps its tensor, which the maker of the operand makes from now on.
    if (maker_[from] == UINT32_MAX || output_[from]) return false;
    std::vector<uint32_t> &made = graph_.nodes[maker_[from]].outputs;
    std::replace(made.begin(), made.end(), from, to);
    maker_[to] = maker_[from];
    instead_[from] = to;
    renamed_ = true;
    return true;
}

void Bypass::finish()
{
    if (!renamed_) return;
    for (Node &node : graph_.nodes) enter(node);
}

Graph copy_of(const Graph &graph)
{
    // All members are named: one that is new is not forgotten, as this does not compile then.
    const auto &[name, tensors, nodes, inputs, outputs, symbols, expressions, variables, outer_symbols, origins, budget] = graph;
    Graph copy{name, {}, {}, inputs, outputs, symbols, expressions, variables, outer_symbols, origins, budget};
    const auto fill = [](auto &to, const auto &from) {
        to.reserve(from.size());
        for (const auto &item : from) {
            pace();
            to.push_back(item);
        }
    };
    fill(copy.tensors, tensors);
    fill(copy.nodes, nodes);
    return copy;
}

void sweep(Graph &graph, std::vector<bool> dead)
{
    dead.resize(graph.nodes.size());
    std::vector<bool> needed = output_flags(graph);
    for (size_t i = graph.nodes.size(); i-- > 0;) {
        pace();
        const Node &node = graph.nodes[i];
        const auto wanted = [&](uint32_t tensor) { return tensor != ACCEL_TENSOR_NONE && needed[tensor]; };
        if (!dead[i]) dead[i] = std::none_of(node.outputs.begin(), node.outputs.end(), wanted);
        if (dead[i]) continue;
        for_each_read(node, [&](uint32_t input) { needed[input] = true; });
    }
    // In place: a graph of many nodes is not moved to other memory by every pass.
    size_t kept = 0;
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        if (dead[i]) continue;
        if (kept != i) graph.nodes[kept] = std::move(graph.nodes[i]);
        ++kept;
    }
    graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(kept), graph.nodes.end());
}

}  // namespace accel::runtime
