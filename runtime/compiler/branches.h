// SPDX-License-Identifier: MIT
// Branches whose condition is known: the one that is chosen stands in the place of its node, the other is gone.
#pragma once

#include <map>
#include <vector>

#include "graph/graph.h"

namespace accel::runtime {

/// Does a condition choose between the node's regions?
bool has_branches(const Node &node);

/// The region that the condition of an IF chooses; null where it is not known, and of any other node.
const Region *known_branch(const Graph &graph, const Node &node);

/// What a region of the node computes, as nodes of the graph around it. Their tensors are added to it; each result of the node is made by an IDENTITY.
std::vector<Node> nodes_of_branch(Graph &graph, const Node &node, const Region &region);

/// Nodes that stand in the place of others, by their positions.
using BranchesTaken = std::map<uint32_t, std::vector<Node>>;

/// Puts them there; dead nodes go.
void put_branches(std::vector<Node> &nodes, BranchesTaken taken, const std::vector<bool> &dead);

/// All of a graph, and those in them.
void take_branches(Graph &graph);

}  // namespace accel::runtime
