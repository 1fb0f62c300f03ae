// SPDX-License-Identifier: MIT
// The second and third operand of what sums products: weights and bias, real or stored.
#pragma once

#include "form.h"

namespace accel::conformance {

/// Adds weights with the channels of the result along `channel_axis`, a bias of those dims unless the operation's choice leaves it out, and the result.
void add_weights(Form &form, const Dims &dims, size_t channel_axis, int64_t products, const Dims &bias_dims);

}  // namespace accel::conformance
