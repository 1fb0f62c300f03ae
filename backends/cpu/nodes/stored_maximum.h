// SPDX-License-Identifier: MIT
// Maxima over windows of stored values.
#pragma once

#include "../builder.h"
#include "../kernels/integer.h"
#include "../window.h"

namespace accel::cpu {

// Both views are channels last.
std::unique_ptr<Step> make_stored_maximum_step(const View &x, const View &y, const Window &window, StoredBounds bounds, int threads);

}  // namespace accel::cpu
