// SPDX-License-Identifier: MIT
// Kernel windows against feature maps: strides, dilations and pads as the graph
// gives them, turned into what the registers take.
#pragma once

#include "operand.h"

namespace accel::ethosu {

// STRIDES, DILATIONS and PADS of a node into a kernel whose size is set, within
// the limits of the hardware; pads become what the outputs touch.
Verdict fit_window(const accel_node_desc &node, const Operand &x, const Operand &y, int64_t max_length, Kernel &kernel);

}  // namespace accel::ethosu
