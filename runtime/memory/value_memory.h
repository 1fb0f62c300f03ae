// SPDX-License-Identifier: MIT
// Where the values of a program lie in the memory that some of them share.
#pragma once

#include <vector>

#include "program/program.h"

namespace accel::runtime {

struct ValueMemory {
    uint64_t size_bytes = 0, align_bytes = 1;  ///< of a value with memory of its own, and of what lies behind it; size 0 for the others
};

struct ValuePlaces {
    std::vector<ValueMemory> memories;    ///< by value
    std::vector<uint64_t> offsets_bytes;  ///< by value, in its memory
};

ValuePlaces place_values(const std::vector<Value> &values);

/// The value whose memory it is.
inline uint32_t memory_of(const std::vector<Value> &values, uint32_t index) { return values[index].memory_of == UINT32_MAX ? index : values[index].memory_of; }

}  // namespace accel::runtime
