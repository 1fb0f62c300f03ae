// SPDX-License-Identifier: MIT
// What the value operands of a node hold, where it is known.
#pragma once

#include <accel/graph/cuts.h>
#include <accel/graph/values.h>

#include "graph.h"

namespace accel::runtime {

/// Is there an operand at that position?
inline bool is_given(const Node &node, size_t position) { return node.input(position) != ACCEL_TENSOR_NONE; }

/// Nothing: the operand is absent, or not known.
std::optional<std::vector<int64_t>> integers_at(const Graph &graph, const Node &node, size_t position);
std::optional<float> real_at(const Graph &graph, const Node &node, size_t position);

/// The first value operand that is given and not known; ACCEL_TENSOR_NONE: all are known. What only bounds values does not count with shaping_only.
uint32_t unknown_value(const Graph &graph, const Node &node, bool shaping_only = false);

/// What a SLICE takes, whose bounds are all known. Nothing: they contradict each other, and *why is a part of a sentence.
std::optional<std::vector<graph::Cut>> cuts_of(const Graph &graph, const Node &node, std::string *why);

}  // namespace accel::runtime
