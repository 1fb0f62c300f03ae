// SPDX-License-Identifier: MIT
// Maxima over windows of a f32 tensor: rows are joined first, then the neighbours in what they came to.
#pragma once

#include "../builder.h"
#include "../window.h"

namespace accel::cpu {

// One or two spatial axes, and rows that fit on the stack. inner: elements that lie together at each position, which are all channels of a
// channels-last tensor and one of a row-major one.
bool takes_rows(const Dims &x, const Dims &y, const Window &window, int64_t inner);

// takes_rows said yes to this.
std::unique_ptr<Step> make_maximum_rows_step(const View &x, const View &y, const Window &window, Clamp clamp, int threads, int64_t inner);

}  // namespace accel::cpu
