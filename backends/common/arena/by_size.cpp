// SPDX-License-Identifier: MIT
// Largest first, each at the lowest offset that is free during its whole life.
#include "arena/arena.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

namespace accel::arena {
namespace {

constexpr size_t kPerPulse = 64;

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

// Lifetimes by their first step, and over them a tree of their last steps: finds those that meet another one without a look at the rest.
class Meetings {
public:
    explicit Meetings(std::span<const Lifetime> lifetimes) : lifetimes_(lifetimes),
                                                             order_(lifetimes.size()),
                                                             leaves_(std::bit_ceil(lifetimes.size() + 1))
    {
        std::iota(order_.begin(), order_.end(), 0);
        std::ranges::stable_sort(order_, {}, [&](uint32_t index) { return lifetimes[index].first; });
        latest_.assign(2 * leaves_, 0);
        for (size_t i = 0; i < order_.size(); ++i)
            latest_[leaves_ + i] = uint64_t{lifetimes[order_[i]].last} + 1;
        for (size_t node = leaves_; node-- > 1;)
            latest_[node] = std::max(latest_[2 * node], latest_[2 * node + 1]);
    }

    template <class Each> void visit(const Lifetime &life, Each each) const
    {
        const auto end = std::ranges::upper_bound(order_, life.last, {}, [&](uint32_t index) { return lifetimes_[index].first; });
        descend(1, 0, leaves_, static_cast<size_t>(end - order_.begin()), life.first, each);
    }

private:
    // Leaves below `limit` that last until `first` or longer.
    template <class Each> void descend(size_t node, size_t begin, size_t count, size_t limit, uint32_t first, Each &each) const
    {
        if (begin >= limit || latest_[node] <= first)
            return;
        if (count == 1)
            return each(order_[begin]);
        descend(2 * node, begin, count / 2, limit, first, each);
        descend(2 * node + 1, begin + count / 2, count / 2, limit, first, each);
    }

    std::span<const Lifetime> lifetimes_;
    std::vector<uint32_t> order_;
    size_t leaves_;
    std::vector<uint64_t> latest_;  // last + 1, so that 0 is none
};

}  // namespace

std::optional<Plan> plan_by_size(std::span<const Lifetime> lifetimes, uint64_t alignment, const Pulse &pulse)
{
    std::vector<uint32_t> order(lifetimes.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, std::greater{}, [&](uint32_t index) { return lifetimes[index].size_bytes; });
    const Meetings meetings(lifetimes);
    std::vector<bool> placed(lifetimes.size());
    std::vector<Placed> neighbours;
    Plan result;
    result.offsets.resize(lifetimes.size());
    for (size_t done = 0; done < order.size(); ++done) {
        if (pulse && done % kPerPulse == 0)
            pulse();
        const uint32_t index = order[done];
        neighbours.clear();
        meetings.visit(lifetimes[index], [&](uint32_t other) {
            if (placed[other])
                neighbours.push_back({result.offsets[other], result.offsets[other] + lifetimes[other].size_bytes});
        });
        std::ranges::sort(neighbours, {}, &Placed::begin);
        const auto offset = lowest_gap(neighbours, lifetimes[index].size_bytes, alignment);
        uint64_t end = 0;
        if (!offset || __builtin_add_overflow(*offset, lifetimes[index].size_bytes, &end))
            return std::nullopt;
        result.offsets[index] = *offset;
        result.size_bytes = std::max(result.size_bytes, end);
        placed[index] = true;
    }
    return result;
}

}  // namespace accel::arena
