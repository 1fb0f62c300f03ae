// SPDX-License-Identifier: MIT
#include "arena/arena.h"

#include <algorithm>
#include <numeric>

namespace accel::arena
{
namespace
{

bool overlaps(const Lifetime &a, const Lifetime &b) { return a.first <= b.last && b.first <= a.last; }

struct Placed {
    uint64_t begin = 0;
    uint64_t end = 0;
};

// The lowest aligned gap of `size_bytes` between neighbours sorted by begin.
std::optional<uint64_t> lowest_gap(const std::vector<Placed> &neighbours, uint64_t size_bytes, uint64_t alignment)
{
    uint64_t candidate = 0;
    for (const Placed &neighbour : neighbours) {
        if (neighbour.begin >= candidate && neighbour.begin - candidate >= size_bytes)
            break;
        uint64_t next = 0;
        if (__builtin_add_overflow(neighbour.end, alignment - 1, &next))
            return std::nullopt;
        candidate = std::max(candidate, next & ~(alignment - 1));
    }
    return candidate;
}

} // namespace

std::optional<Plan> plan(std::span<const Lifetime> lifetimes, uint64_t alignment)
{
    std::vector<size_t> order(lifetimes.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return lifetimes[a].size_bytes > lifetimes[b].size_bytes; });

    Plan result;
    result.offsets.resize(lifetimes.size());
    std::vector<size_t> done;
    for (const size_t index : order) {
        std::vector<Placed> neighbours;
        for (const size_t other : done)
            if (overlaps(lifetimes[index], lifetimes[other]))
                neighbours.push_back({result.offsets[other], result.offsets[other] + lifetimes[other].size_bytes});
        std::sort(neighbours.begin(), neighbours.end(), [](const Placed &a, const Placed &b) { return a.begin < b.begin; });
        const auto offset = lowest_gap(neighbours, lifetimes[index].size_bytes, alignment);
        uint64_t end = 0;
        if (!offset || __builtin_add_overflow(*offset, lifetimes[index].size_bytes, &end))
            return std::nullopt;
        result.offsets[index] = *offset;
        result.size_bytes = std::max(result.size_bytes, end);
        done.push_back(index);
    }
    return result;
}

} // namespace accel::arena
