// SPDX-License-Identifier: MIT
// Nodes that belong together by a key become convex pieces in an order that respects every edge.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.h"

namespace accel::runtime {

/// keys has one entry per node. Each piece has nodes of one key, ascending; no path leaves a piece and comes back; a piece reads only from earlier ones.
/// As few pieces as greedy merging finds.
std::vector<std::vector<uint32_t>> cut(const Graph &graph, const std::vector<uint64_t> &keys);

}  // namespace accel::runtime
