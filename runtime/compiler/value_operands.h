// SPDX-License-Identifier: MIT
// Operands that stand for attributes: a Reshape's shape, a Slice's bounds.
#pragma once

#include "../graph.h"

namespace accel::runtime {

/// Value operands whose values are known become attributes, as operations have them: counted from the begin, within sizes, axes ascending. Operands that are computed when the
/// program runs, or need a size that is not known, stay. False: they contradict each other, and *why is a part of a sentence.
bool take_values(const Graph &graph, Node &node, std::string *why);

}  // namespace accel::runtime
