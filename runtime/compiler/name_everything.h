// SPDX-License-Identifier: MIT
// Names for tensors and nodes that have none of their own.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

/// Pieces of the graph have inputs and outputs where the whole graph had inner tensors: gives each tensor a name of its own, and each node a name. Ports keep theirs.
void name_everything(Graph &graph);

}  // namespace accel::runtime
