// SPDX-License-Identifier: MIT
#include "graph_shapes.h"

#include "node_desc.h"

namespace accel::runtime {

std::optional<graph::ResultShapes> infer_shapes(const Graph &graph, const Node &node, std::string *why) { return graph::infer_shapes(NodeDesc(graph, node).get(), why); }

graph::AxisSpan told_axes(const Node &node, size_t rank)
{
    return graph::axis_span(node.integer(ACCEL_ATTRIBUTE_START, 0), node.integer(ACCEL_ATTRIBUTE_END, static_cast<int64_t>(rank)), rank);
}

}  // namespace accel::runtime
