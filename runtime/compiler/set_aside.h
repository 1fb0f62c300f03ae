// SPDX-License-Identifier: MIT
// Nodes that nobody can be asked about.
#pragma once

#include <vector>

#include "partition.h"

namespace accel::runtime {

/// A node that touches a tensor whose size depends on what a custom node gives becomes a custom node itself, named as its operation, with the reason. Passes and devices
/// then treat it as one.
void set_aside_unsized(Graph &graph);

/// A node over sizes that stay open, whatever they depend on, is a custom node until take_back: passes are for sizes that are known.
void set_aside_open(Graph &graph);
void take_back(Graph &graph);

/// Tensors that are ports, or that a piece hands to another, have a size, but for what a piece for open sizes makes. Errors: UNSUPPORTED.
accel_status check_crossings(const Graph &graph, const std::vector<Piece> &pieces);

}  // namespace accel::runtime
