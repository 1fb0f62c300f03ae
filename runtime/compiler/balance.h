// SPDX-License-Identifier: MIT
// Where to change devices when speed counts more than the order of the set.
#pragma once

#include <vector>

#include "target.h"

namespace accel::runtime {

/// A device for every node, so that the estimated time of one run is smallest: work at each device's speed, overhead per segment,
/// bytes that cross per change. admitted[device][node] says where a node may run. UINT32_MAX for nodes that no device takes.
std::vector<uint32_t> balance(const Graph &graph, const std::vector<CompileTarget> &targets, const std::vector<std::vector<bool>> &admitted);

}  // namespace accel::runtime
