// SPDX-License-Identifier: MIT
// Constants of regions.
#pragma once

#include "../graph.h"

namespace accel::runtime {

/// What a region takes from around it and turned out to be a constant becomes one of its own, and all are aligned for their types. The last of the passes that make constants.
void settle_regions(Graph &graph);

}  // namespace accel::runtime
