// SPDX-License-Identifier: MIT
// Constants of regions.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

/// Gives the graph inside a region what is known of what it takes from around it: sizes, and values, which are constants of its own then.
void hand_in(const Graph &outer, Region &region, Graph &inside);

/// What a region takes from around it and turned out to be a constant becomes one of its own, and all are aligned for their types. The last of the passes that make constants.
void settle_regions(Graph &graph);

}  // namespace accel::runtime
