// SPDX-License-Identifier: MIT
// In which numbers the nodes of a model compute.
#pragma once

#include <accel/graph.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace accel::tool {

/// By the node's name: I8 of one that computes on quantised numbers of 8 bits, as such or between conversions that the compiler took away, which have no row among the placed nodes; else the type of the first operand. Nodes without operands have no entry.
std::map<std::string, uint32_t> operation_types(const accel_graph_desc &graph, const std::set<std::string> &placed);

}  // namespace accel::tool
