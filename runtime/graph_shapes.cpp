// SPDX-License-Identifier: MIT
#include "graph_shapes.h"

#include "node_desc.h"

namespace accel::runtime {

std::optional<graph::ResultShapes> infer_shapes(const Graph &graph, const Node &node, std::string *why) { return graph::infer_shapes(NodeDesc(graph, node).get(), why); }

}  // namespace accel::runtime
