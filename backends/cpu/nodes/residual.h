// SPDX-License-Identifier: MIT
// A quantised addition that is done in the pass of the convolution before it.
#pragma once

#include "requantize.h"

namespace accel::cpu {

// What a convolution's exact sums are multiplied by, per channel of its weights' scales.
std::vector<double> sum_multipliers(const Tensor &x, const Tensor &w, const Tensor &y);

// Whether the kernels can do the node `add` behind a convolution that makes one of its operands.
bool can_follow(const Graph &graph, const Node &convolution, const Node &add);

// The sums of a convolution whose own result is `made`, requantised and added to `addend` as the node `add` says.
SumsFinish finish_with(const Graph &graph, const Node &add, const Tensor &made, const Tensor &addend, Requantizer requantizer);

}  // namespace accel::cpu
