// SPDX-License-Identifier: MIT
// Maxima over windows of stored values.
#ifndef ACCEL_BACKENDS_CPU_NODES_STORED_MAXIMUM_H
#define ACCEL_BACKENDS_CPU_NODES_STORED_MAXIMUM_H

#include "../builder.h"
#include "../kernels/integer.h"
#include "../window.h"

namespace accel::cpu
{

// Both views are channels last.
std::unique_ptr<Step> make_stored_maximum_step(const View &x, const View &y, const Window &window, StoredBounds bounds, int threads);

} // namespace accel::cpu

#endif
