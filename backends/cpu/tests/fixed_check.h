// SPDX-License-Identifier: MIT
// The integer rules of rounding in vectors, beside the scalar functions that define them.
#pragma once

#include "kernels/integer.h"

namespace accel::cpu::test {

// How many comparisons failed; each is printed.
int check_fixed(const IntegerKernels &kernels);

}  // namespace accel::cpu::test
