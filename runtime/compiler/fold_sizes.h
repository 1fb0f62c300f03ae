// SPDX-License-Identifier: MIT
// What computes with sizes is computed as soon as they are known, node by node, because sizes of later nodes follow from it.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

/// Give the results of a node their values, if it computes little, from constants or from sizes that are known. True: the node is needed no more. outputs: which tensors are
/// the graph's; where such a one is known, the node hands on a constant. Throws Stopped.
bool fold_sizes(Graph &graph, Node &node, const std::vector<bool> &outputs);

}  // namespace accel::runtime
