// SPDX-License-Identifier: MIT
// Numbers of element types, at any byte.
#pragma once

#include <accel/catalog.h>

#include <cstdint>
#include <optional>

namespace accel::graph {

struct IntegerRange {
    int64_t low, high;
};

/// Of integers that 32 bits with a sign hold; nothing for all other types.
std::optional<IntegerRange> integer_range(uint32_t type);

/// A float of 8 or 4 bits that holds values, not only powers of two.
bool is_small_float(uint32_t type);

/// May scales have this type?
bool is_scale_type(uint32_t type);

/// Number `index` of an array of such a type. A double holds all of them exactly.
double stored_scale(uint32_t type, const void *array, uint64_t index);

/// Number `index` of an array of a type with an integer_range; packed, the first in the low bits, where the type has less than 8 bits.
int32_t stored_integer(uint32_t type, const void *array, uint64_t index);

}  // namespace accel::graph
