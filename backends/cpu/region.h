// SPDX-License-Identifier: MIT
// Graphs inside of nodes.
#pragma once

#include "graph.h"

namespace accel::cpu {

// The graph inside a region of a node that passed check_node: what it takes from around it are its inputs, in the order of its captures.
Graph read_region(const graph::Region &region);

}  // namespace accel::cpu
