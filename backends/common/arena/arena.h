// SPDX-License-Identifier: MIT
// Offsets for tensors that live for a while in one block of memory.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace accel::arena {

// Live from step `first` to step `last`, both included.
struct Lifetime {
    uint64_t size_bytes = 0;
    uint32_t first = 0;
    uint32_t last = 0;
};

struct Plan {
    std::vector<uint64_t> offsets;  // one per lifetime
    uint64_t size_bytes = 0;
};

// Called for every few lifetimes that are placed; may throw to end the work.
using Pulse = std::function<void()>;

// The smaller of two plans: one that walks through the steps as an allocator would, in n log n; and, unless that one is as small as any can be, one that
// places the largest first, each at the lowest offset free during its whole life. The second looks at every pair of lifetimes that meet, so it is only made
// where there are fewer than kPairsMax of them. Nothing when the total leaves 64 bits. `alignment` is a power of two.
std::optional<Plan> plan(std::span<const Lifetime> lifetimes, uint64_t alignment, const Pulse &pulse = {});

inline constexpr uint64_t kPairsMax = uint64_t{1} << 24;

// The parts of plan(), for its tests.

// Bytes that are live at once, at most: no plan can be smaller.
uint64_t least_bytes(std::span<const Lifetime> lifetimes, uint64_t alignment);
// Pairs of lifetimes that meet.
uint64_t count_pairs(std::span<const Lifetime> lifetimes);
std::optional<Plan> plan_by_time(std::span<const Lifetime> lifetimes, uint64_t alignment, const Pulse &pulse);
std::optional<Plan> plan_by_size(std::span<const Lifetime> lifetimes, uint64_t alignment, const Pulse &pulse);

}  // namespace accel::arena
