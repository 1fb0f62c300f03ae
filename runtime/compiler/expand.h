// SPDX-License-Identifier: MIT
// Composite operations become their steps, device by device: a device is first asked about the composite, then about the steps.
#pragma once

#include <vector>

#include "target.h"

namespace accel::runtime {

/// What each device says to each node, by device and node.
using Answers = std::vector<std::vector<accel_bk_support>>;

/// The first device of the set that takes a composite as such, or all of its steps, decides which of the two it becomes. One that needs several devices becomes steps
/// that all have a place, or stays. Quantised composites stay: their steps would round more than once (decision 0002). A step remembers what it was (Node::decomposed).
/// out_answers: about the graph as it is afterwards. Needs fixed shapes; first_only: the other devices will not be used. Errors: those of ask().
accel_status expand_composites(Graph &graph, const std::vector<CompileTarget> &targets, const CompileRequest &request, bool first_only, Answers *out_answers);

}  // namespace accel::runtime
