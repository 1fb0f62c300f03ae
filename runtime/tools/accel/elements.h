// SPDX-License-Identifier: MIT
// Elements of dense tensors as numbers.
#pragma once

#include "session.h"

namespace accel::tool {

enum class Numbers {
    Reals,
    Integers,
    Bits  ///< what no C++ type holds as a number: told apart by bits alone
};

Numbers numbers_of(uint32_t type);

/// Integers beyond 2^53 are rounded; of a complex number its real part.
double element(uint32_t type, const Dense &dense, size_t index);

/// How far apart two Integers are, exactly.
uint64_t integer_distance(uint32_t type, const Dense &a, const Dense &b, size_t index);

/// Stores the nearest value that the type has, for Reals; of Integers the truncated one, which must lie in the type.
void store_element(uint32_t type, Dense &dense, size_t index, double value);

}  // namespace accel::tool
