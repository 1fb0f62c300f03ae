// SPDX-License-Identifier: MIT
// A set of nodes as a graph of its own.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

struct Subgraph {
    Graph graph;
    std::vector<uint32_t> tensors;  ///< tensor of the whole graph, for each tensor of this one
};

/// nodes are ascending. Inputs are what is read and neither made inside nor constant; outputs are what the whole graph or nodes outside need.
Subgraph extract(const Graph &graph, const std::vector<uint32_t> &nodes);

}  // namespace accel::runtime
