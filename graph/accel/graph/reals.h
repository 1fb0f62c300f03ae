// SPDX-License-Identifier: MIT
// Value operands that hold a list of reals: a Resize's scales and region.
#pragma once

#include <accel/graph/applied.h>
#include <accel/graph/values.h>

namespace accel::graph {

/// A list of F32 in one axis, at most kMaxValues. Nothing: *why tells. Threads: any thread.
std::optional<std::vector<float>> read_reals(const Values &values, Unreadable *why);

/// What such an operand of a node holds; nothing when it is absent or not known.
std::optional<std::vector<float>> reals_at(const Applied &node, size_t position);

}  // namespace accel::graph
