// SPDX-License-Identifier: MIT
// What attributes say once every size is known.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

/// Value operands that are known say final sizes, AUTO_PAD goes, indices of a constant count from the begin, and an EXPAND becomes an operation that devices know. For nodes
/// whose tensors all have sizes. Throws Stopped.
void settle_sizes(Graph &graph, Node &node);

}  // namespace accel::runtime
