// SPDX-License-Identifier: MIT
// How much an operation computes, for reports and for balancing.
#pragma once

#include <cstdint>

#include "../graph.h"

namespace accel::runtime {

/// Multiply-accumulates by the catalog's formula; 0 for data movement, for operations outside the catalog and where a size is not known.
uint64_t work_macs(const Graph &graph, const Node &node);

}  // namespace accel::runtime
