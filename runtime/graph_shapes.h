// SPDX-License-Identifier: MIT
// Nodes of an owned graph as the graph library's rules look at them.
#pragma once

#include <accel/graph/rules.h>

#include <optional>
#include <string>
#include <vector>

#include "graph.h"

namespace accel::runtime {

using graph::broadcast;
using graph::kUnknownDim;

/// Shapes of a node's results; an entry is nothing when the operation is not in the catalog. On contradiction: nothing, and a sentence in *why.
/// Operand counts and attribute kinds have been checked. Rules for attribute values that concern shapes are checked here.
std::optional<graph::ResultShapes> infer_shapes(const Graph &graph, const Node &node, std::string *why);

/// Can both shapes describe the same tensor? Unknown dimensions agree with everything, symbols with what lies in their range.
inline bool shapes_agree(const Graph &graph, const Shape &a, const Shape &b) { return graph::shapes_agree(graph.all_symbols(), a, b); }

}  // namespace accel::runtime
