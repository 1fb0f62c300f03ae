// SPDX-License-Identifier: MIT
// Lays values out behind each other, each in cache lines of its own.
#include "value_memory.h"

#include <algorithm>

namespace accel::runtime {

namespace {

/// Two values in one cache line would be one device's and another's at once.
constexpr uint64_t kAlignBytes = 64;

}  // namespace

ValuePlaces place_values(const std::vector<Value> &values)
{
    ValuePlaces places{std::vector<ValueMemory>(values.size()), std::vector<uint64_t>(values.size())};
    for (uint32_t i = 0; i < values.size(); ++i) {
        ValueMemory &memory = places.memories[memory_of(values, i)];
        const uint64_t align_bytes = std::max(values[i].layout.align_bytes, kAlignBytes), size_bytes = std::max<uint64_t>(values[i].layout.size_bytes, 1);
        // Saved programs are not trusted: sizes that cannot be added up are more memory than there is.
        uint64_t begin, end;
        if (__builtin_add_overflow(memory.size_bytes, align_bytes - 1, &begin) || __builtin_add_overflow(begin & ~(align_bytes - 1), size_bytes, &end)) {
            memory.size_bytes = UINT64_MAX;
            continue;
        }
        places.offsets_bytes[i] = begin & ~(align_bytes - 1);
        memory.size_bytes = end;
        memory.align_bytes = std::max(memory.align_bytes, values[i].layout.align_bytes);
    }
    return places;
}

}  // namespace accel::runtime
