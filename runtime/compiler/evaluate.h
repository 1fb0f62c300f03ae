// SPDX-License-Identifier: MIT
// The value of a node whose operands are all constant.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "../graph.h"
#include "fold.h"

namespace accel::runtime {

/// Is this a node whose value is told here, if its operands' values admit it? Asked before memory is.
bool may_evaluate(const Graph &graph, const Node &node, FoldDequantize dequantize_mode);

/// The value of a node that may be evaluated; nothing where it has none in the operands' types. Throws Stopped when the application wants no more.
std::optional<std::vector<uint8_t>> evaluate(const Graph &graph, const Node &node);

}  // namespace accel::runtime
