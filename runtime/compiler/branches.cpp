// SPDX-License-Identifier: MIT
// Finds the branch that a constant chooses, and moves its nodes out of the region.
#include "branches.h"

#include <algorithm>
#include <utility>

#include "base/progress.h"
#include "rewrite.h"

namespace accel::runtime {

namespace {

class Moved {
public:
    Moved(Graph &graph, const Node &node, const Region &region) : graph_(graph),
                                                                  node_(node),
                                                                  region_(region),
                                                                  inside_(*region.graph),
                                                                  moved_(inside_.tensors.size(), ACCEL_TENSOR_NONE) {}

    std::vector<Node> nodes()
    {
        for (const accel_capture &capture : region_.captures) moved_[capture.inner] = capture.outer;
        take_results();
        std::vector<Node> out;
        out.reserve(inside_.nodes.size() + inside_.outputs.size());
        for (const Node &from : inside_.nodes) {
            pace();
            out.push_back(from);
            Node &to = out.back();
            for_each_read(to, [this](uint32_t &tensor) { tensor = moved(tensor); });
            for (uint32_t &tensor : to.outputs)
                if (tensor != ACCEL_TENSOR_NONE) tensor = moved(tensor);
            for (Attribute &attribute : to.attributes) for_each_tensor(attribute, [this](uint32_t &tensor) { tensor = moved(tensor); });
            to.origins = node_.origins;
        }
        for (const auto &[made, result] : handed_on_) out.push_back(identity(moved(made), result));
        return out;
    }

private:
    /// What only custom nodes can touch becomes the result itself; all else is handed on.
    void take_results()
    {
        for (size_t i = 0; i < inside_.outputs.size(); ++i) {
            const uint32_t made = inside_.outputs[i], result = node_.outputs[region_.outputs[i].result];
            if (!inside_.tensors[made].known() && moved_[made] == ACCEL_TENSOR_NONE)
                moved_[made] = result;
            else
                handed_on_.emplace_back(made, result);
        }
    }

    uint32_t moved(uint32_t tensor)
    {
        if (moved_[tensor] == ACCEL_TENSOR_NONE) moved_[tensor] = graph_.add_tensor(inside_.tensors[tensor]);
        return moved_[tensor];
    }

    Node identity(uint32_t from, uint32_t to) const
    {
        Node node;
        node.name = node_.name;
        node.operation = ACCEL_OPERATION_IDENTITY;
        node.inputs = {from};
        node.outputs = {to};
        node.origins = node_.origins;
        return node;
    }

    Graph &graph_;
    const Node &node_;
    const Region &region_;
    const Graph &inside_;
    std::vector<uint32_t> moved_;  ///< by tensor of the region
    std::vector<std::pair<uint32_t, uint32_t>> handed_on_;
};

void take_branches(Graph &graph, std::vector<Node> &nodes)
{
    BranchesTaken taken;
    for (uint32_t i = 0; i < nodes.size(); ++i) {
        const Region *region = known_branch(graph, nodes[i]);
        if (!region) continue;
        std::vector<Node> &inside = taken[i] = nodes_of_branch(graph, nodes[i], *region);
        take_branches(graph, inside);
    }
    put_branches(nodes, std::move(taken), {});
}

}  // namespace

bool has_branches(const Node &node) { return node.operation == ACCEL_OPERATION_IF; }

const Region *known_branch(const Graph &graph, const Node &node)
{
    if (!has_branches(node) || !graph.tensors[node.inputs[0]].constant()) return nullptr;
    const Tensor &condition = graph.tensors[node.inputs[0]];
    if (condition.data_bytes != 1) return nullptr;
    const uint32_t role = *static_cast<const uint8_t *>(condition.data) != 0 ? ACCEL_REGION_ROLE_THEN : ACCEL_REGION_ROLE_ELSE;
    const auto found = std::ranges::find(node.regions, role, &Region::role);
    return found == node.regions.end() ? nullptr : &*found;
}

std::vector<Node> nodes_of_branch(Graph &graph, const Node &node, const Region &region) { return Moved(graph, node, region).nodes(); }

void put_branches(std::vector<Node> &nodes, BranchesTaken taken, const std::vector<bool> &dead)
{
    if (taken.empty()) {
        size_t kept = 0;
        for (size_t i = 0; i < dead.size(); ++i) {
            if (dead[i]) continue;
            if (kept != i) nodes[kept] = std::move(nodes[i]);
            ++kept;
        }
        if (!dead.empty()) nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(kept), nodes.end());
        return;
    }
    std::vector<Node> put;
    for (uint32_t i = 0; i < nodes.size(); ++i) {
        pace();
        const auto found = taken.find(i);
        if (found != taken.end())
            std::ranges::move(found->second, std::back_inserter(put));
        else if (i >= dead.size() || !dead[i])
            put.push_back(std::move(nodes[i]));
    }
    nodes = std::move(put);
}

void take_branches(Graph &graph)
{
    const bool any = std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node &node) { return known_branch(graph, node) != nullptr; });
    if (!any) return;
    take_branches(graph, graph.nodes);
    sweep(graph);
}

}  // namespace accel::runtime
