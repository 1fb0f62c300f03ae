// SPDX-License-Identifier: MIT
// Offsets for tensors that live for a while in one block of memory.
#ifndef ACCEL_BACKENDS_COMMON_ARENA_ARENA_H
#define ACCEL_BACKENDS_COMMON_ARENA_ARENA_H

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace accel::arena
{

// Live from step `first` to step `last`, both included.
struct Lifetime {
    uint64_t size_bytes = 0;
    uint32_t first = 0;
    uint32_t last = 0;
};

struct Plan {
    std::vector<uint64_t> offsets; // one per lifetime
    uint64_t size_bytes = 0;
};

// Largest first, each at the lowest offset free during its whole life. Nothing
// when the total leaves 64 bits. `alignment` is a power of two.
std::optional<Plan> plan(std::span<const Lifetime> lifetimes, uint64_t alignment);

} // namespace accel::arena

#endif
