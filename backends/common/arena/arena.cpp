// SPDX-License-Identifier: MIT
// Places lifetimes into an arena, and says the least that any placement needs.
#include "arena/arena.h"

#include <algorithm>

namespace accel::arena {
uint64_t least_bytes(std::span<const Lifetime> lifetimes, uint64_t alignment)
{
    struct Change {
        uint64_t step;
        bool begins;
        uint64_t size_bytes;
    };
    std::vector<Change> changes;
    uint64_t padding = 0;
    for (const Lifetime &life : lifetimes) {
        const uint64_t size_bytes = (life.size_bytes + alignment - 1) & ~(alignment - 1);
        padding = std::max(padding, size_bytes - life.size_bytes);
        changes.push_back({life.first, true, size_bytes});
        changes.push_back({uint64_t{life.last} + 1, false, size_bytes});
    }
    std::ranges::sort(changes, [](const Change &a, const Change &b) { return a.step != b.step ? a.step < b.step : a.begins < b.begins; });
    uint64_t live = 0, most = 0;
    for (const Change &change : changes) {
        live += change.begins ? change.size_bytes : 0 - change.size_bytes;
        most = std::max(most, live);
    }
    // The one that ends the arena needs no padding.
    return most - std::min(most, padding);
}

uint64_t count_pairs(std::span<const Lifetime> lifetimes)
{
    std::vector<uint32_t> firsts, lasts;
    for (const Lifetime &life : lifetimes) {
        firsts.push_back(life.first);
        lasts.push_back(life.last);
    }
    std::ranges::sort(firsts);
    std::ranges::sort(lasts);
    // Of those that begin no later, each one meets all that have not ended.
    uint64_t pairs = 0;
    size_t ended = 0;
    for (size_t begun = 0; begun < firsts.size(); ++begun) {
        while (lasts[ended] < firsts[begun])
            ++ended;
        pairs += begun - ended;
    }
    return pairs;
}

std::optional<Plan> plan(std::span<const Lifetime> lifetimes, uint64_t alignment, const Pulse &pulse)
{
    std::optional<Plan> by_time = plan_by_time(lifetimes, alignment, pulse);
    if (!by_time || by_time->size_bytes <= least_bytes(lifetimes, alignment) || count_pairs(lifetimes) > kPairsMax)
        return by_time;
    std::optional<Plan> by_size = plan_by_size(lifetimes, alignment, pulse);
    return by_size && by_size->size_bytes < by_time->size_bytes ? by_size : by_time;
}

}  // namespace accel::arena
