// SPDX-License-Identifier: MIT
// Value operands as modules see them: a Reshape's shape, a Slice's bounds.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

/// Operands whose values are known say them in one way: lists of I64 counted from the begin, within sizes, axes ascending; defaults of a SLICE are written, bounds of a CLIP
/// do not cross. Operands that are computed when the program runs, or need a size that is not known, stay. False: they contradict each other, and *why is a part of a
/// sentence. Throws Stopped.
bool resolve_values(Graph &graph, Node &node, std::string *why);

/// A constant as the operand at a position, in the place of what was there. Throws Stopped.
void set_integers(Graph &graph, Node &node, size_t position, const std::vector<int64_t> &values);
void set_real(Graph &graph, Node &node, size_t position, float value);

/// No operand at a position any more.
void take_away(Node &node, size_t position);

}  // namespace accel::runtime
