// SPDX-License-Identifier: MIT
// Extracts nodes with their tensors, symbols and regions.
#include "subgraph.h"

#include <algorithm>

#include "base/progress.h"

namespace accel::runtime {

namespace {

class Extraction {
public:
    Extraction(const Graph &graph, const std::vector<uint32_t> &nodes) : graph_(graph),
                                                                         local_(graph.tensors.size(), ACCEL_TENSOR_NONE),
                                                                         needed_(graph.tensors.size())
    {
        std::vector<bool> inside(graph.nodes.size());
        for (const uint32_t node : nodes) inside[node] = true;
        for (const uint32_t output : graph.outputs) needed_[output] = true;
        for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
            pace();
            if (inside[i]) continue;
            for_each_read(graph.nodes[i], [this](uint32_t input) { needed_[input] = true; });
        }
    }

    Subgraph run(const std::vector<uint32_t> &nodes)
    {
        out_.graph.name = graph_.name;
        take_inputs(nodes);
        for (const uint32_t index : nodes) {
            pace();
            Node node = graph_.nodes[index];
            for_each_read(node, [this](uint32_t &input) { input = take(input); });
            for (Attribute &attribute : node.attributes) for_each_tensor(attribute, [this](uint32_t &tensor) { tensor = take(tensor); });
            for (uint32_t &output : node.outputs) {
                const uint32_t whole = output;
                output = take(output);
                if (whole != ACCEL_TENSOR_NONE && needed_[whole]) out_.graph.outputs.push_back(output);
            }
            out_.graph.nodes.push_back(std::move(node));
        }
        order_outputs();
        if (may_be_open()) out_.graph.symbols = graph_.symbols, out_.graph.expressions = graph_.expressions;
        return std::move(out_);
    }

private:
    uint32_t take(uint32_t whole)
    {
        if (whole == ACCEL_TENSOR_NONE) return whole;
        if (local_[whole] == ACCEL_TENSOR_NONE) {
            local_[whole] = out_.graph.add_tensor(graph_.tensors[whole]);
            out_.tensors.push_back(whole);
        }
        return local_[whole];
    }

    void take_input(uint32_t whole, std::vector<bool> &wanted)
    {
        if (!wanted[whole]) return;
        wanted[whole] = false;
        out_.graph.inputs.push_back(take(whole));
    }

    /// The model's inputs first, in its order.
    void take_inputs(const std::vector<uint32_t> &nodes)
    {
        std::vector<bool> wanted(graph_.tensors.size()), made(graph_.tensors.size());
        std::vector<uint32_t> order;
        for (const uint32_t index : nodes) {
            pace();
            for_each_read(graph_.nodes[index], [&](uint32_t input) {
                if (made[input] || graph_.tensors[input].constant() || wanted[input]) return;
                wanted[input] = true;
                order.push_back(input);
            });
            for (const uint32_t output : graph_.nodes[index].outputs) {
                if (output != ACCEL_TENSOR_NONE) made[output] = true;
            }
        }
        for (const uint32_t input : graph_.inputs) take_input(input, wanted);
        for (const uint32_t input : order) take_input(input, wanted);
    }

    /// The model's outputs first, in its order.
    void order_outputs()
    {
        std::vector<uint32_t> ordered;
        std::vector<bool> wanted(out_.graph.tensors.size());
        for (const uint32_t output : out_.graph.outputs) wanted[output] = true;
        const auto move = [&](uint32_t output) {
            if (output == ACCEL_TENSOR_NONE || !wanted[output]) return;
            wanted[output] = false;
            ordered.push_back(output);
        };
        for (const uint32_t whole : graph_.outputs) move(local_[whole]);
        for (const uint32_t output : out_.graph.outputs) move(output);
        out_.graph.outputs = std::move(ordered);
    }

    /// Sizes that stay open keep their name.
    bool may_be_open() const
    {
        const auto open = [](const Dim &dim) { return dim.symbol != ACCEL_SYMBOL_NONE; };
        return std::any_of(out_.graph.nodes.begin(), out_.graph.nodes.end(), [](const Node &node) { return !node.regions.empty(); }) ||
               std::any_of(out_.graph.tensors.begin(), out_.graph.tensors.end(), [&](const Tensor &tensor) { return std::any_of(tensor.shape.begin(), tensor.shape.end(), open); });
    }

    const Graph &graph_;
    std::vector<uint32_t> local_;
    std::vector<bool> needed_;
    Subgraph out_;
};

}  // namespace

Subgraph extract(const Graph &graph, const std::vector<uint32_t> &nodes)
{
    return Extraction(graph, nodes).run(nodes);
}

}  // namespace accel::runtime
