// SPDX-License-Identifier: MIT
// Tensors without elements: what is made of nothing is known before anything runs, so that no device sees them.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

/// Is a size of the tensor 0, whatever the others are?
bool is_empty(const Tensor &tensor);

/// Results without elements become constants; a CONCAT does without such operands, a SPLIT without such parts. True: the node is needed no more. outputs: which tensors are the
/// graph's; those stay what the node makes.
bool settle_empty(Graph &graph, Node &node, const std::vector<bool> &outputs);

}  // namespace accel::runtime
