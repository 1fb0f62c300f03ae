// SPDX-License-Identifier: MIT
#include "work.h"

#include <accel/graph/rules.h>

#include "../node_desc.h"

namespace accel::runtime {

uint64_t work_macs(const Graph &graph, const Node &node) { return graph::work_macs(NodeDesc(graph, node).get()); }

}  // namespace accel::runtime
