// SPDX-License-Identifier: MIT
// The steps of one composite node, as nodes and tensors of its graph.
#pragma once

#include <optional>

#include "graph/graph.h"

namespace accel::runtime {

/// Is it a composite of the catalog that computes on real values of known sizes?
bool is_real_composite(const Graph &graph, const Node &node);

/// Nodes, in order, that compute what the node does and make the same tensors; what lies between them is added to the graph. A clamp that the node has taken in becomes a
/// step of its own. Nothing: its sizes and attributes do not go together.
std::optional<std::vector<Node>> steps_of(Graph &graph, const Node &node);

}  // namespace accel::runtime
