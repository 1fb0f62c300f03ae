// SPDX-License-Identifier: MIT
// The functions of recurrent cells over values that lie next to each other.
#pragma once

#include <accel/graph/recurrent.h>

#include <cstdint>

namespace accel::cpu {

// y = function(x); y may be x.
void apply(const graph::Activation &activation, const float *x, int64_t count, float *y);
void apply(const graph::Activation &activation, const double *x, int64_t count, double *y);

}  // namespace accel::cpu
