// SPDX-License-Identifier: MIT
// Sizes for what a model leaves open, so that one can look at it without knowing any.
#pragma once

#include <functional>

#include "common.h"

namespace accel::tool {

/// Calls `look` with the options; where that fails because sizes are open, again with sizes that are made up: 1 for first axes, which are batches, and the least of a few for all others that does
/// not contradict the model. A note tells them. `look` prints nothing before all sizes are found good. Throws what it threw first where none helps.
void with_sample_sizes(const Instance &instance, const ModelOptions &options, const std::function<void(const ModelOptions &)> &look);

}  // namespace accel::tool
