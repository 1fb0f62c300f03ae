// SPDX-License-Identifier: MIT
// Nodes whose operands are all constant are computed now.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

enum class FoldDequantize {
    Keep,   ///< the quantisation pass wants to see them
    Expand  ///< those that are left become binary32 constants
};

/// Are the operands known, as far as folding the node needs them? False as well of an operation that does not fold.
bool reads_constants(const Graph &graph, const Node &node);

/// Give the one result of a node of the catalog its value, if it can be told from its operands, which are constant. False: nothing changed. Throws Stopped.
bool fold_node(Graph &graph, const Node &node, FoldDequantize dequantize);

/// Folds data movement and casts of any size, arithmetic on small tensors, QUANTIZE of constants. Everything else stays for a device.
void fold(Graph &graph, FoldDequantize dequantize);

}  // namespace accel::runtime
