// SPDX-License-Identifier: MIT
// Numbers of a byte and less, which are stored and converted and not computed with.
#pragma once

#include <accel/catalog.h>

#include <cstdint>
#include <vector>

namespace accel::conformance {

bool is_small(accel_type type);
/// The number that the bits stand for.
double small_at(accel_type type, uint8_t bits);
/// Of all that the type has the nearest, of two the one whose last bit is 0, and of what is too large the largest; of F8E8M0 the least that is not smaller than the size.
/// A NaN stays one where the type has it, and else becomes 0.
void append_small(accel_type type, std::vector<char> &bytes, double value);

/// Elements of less than a byte have one of their own in the suite's tensors, in the low bits, and the other bits are 0. As memory and constants have them: without gaps, the
/// first in the low bits; others as they are.
std::vector<char> packed(accel_type type, const std::vector<char> &bytes);

}  // namespace accel::conformance
