// SPDX-License-Identifier: MIT
// Maxima over windows of a row-major f32 tensor: rows are joined first, then the neighbours in what they came to.
#ifndef ACCEL_BACKENDS_CPU_NODES_MAXIMUM_ROWS_H
#define ACCEL_BACKENDS_CPU_NODES_MAXIMUM_ROWS_H

#include "../builder.h"
#include "../window.h"

namespace accel::cpu
{

// One or two spatial axes, and rows that fit on the stack.
bool takes_rows(const Dims &x, const Dims &y, const Window &window);

// Both views are row-major, and takes_rows said yes.
std::unique_ptr<Step> make_maximum_rows_step(const View &x, const View &y, const Window &window, Clamp clamp, int threads);

} // namespace accel::cpu

#endif
