// SPDX-License-Identifier: MIT
// Which claimed nodes of a graph can be built as one unit: an answer to query (accel/backend/compiler.h).
#pragma once

#include <accel/graph/view.h>

#include <cstdint>
#include <vector>

namespace accel::group {

// A group number for each node, 0 for those that are not claimed. No path between two nodes of a group leaves it, so that it can run as one unit: a node's
// number is one more than that of any claimed node which it reaches only through one that is not. Nodes come in an order in which they can run.
std::vector<uint32_t> convex(const graph::View &graph, const std::vector<bool> &claimed);

}  // namespace accel::group
