// SPDX-License-Identifier: MIT
// A walk through the steps, as an allocator goes: what begins takes the smallest free block that holds it, what has ended is given back.
#include "arena/arena.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <queue>
#include <set>

namespace accel::arena {
namespace {

constexpr size_t kPerPulse = 64;

// Free ranges below the end of the arena; neighbours are always one range.
class FreeRanges {
public:
    // The start of the smallest range of that many bytes, of several the lowest; the end of the arena where there is none. Nothing beyond 64 bits.
    std::optional<uint64_t> take(uint64_t size_bytes)
    {
        const auto found = by_size_.lower_bound({size_bytes, 0});
        if (found == by_size_.end())
            return extend(size_bytes);
        const auto [length, begin] = *found;
        remove(begin, length);
        if (length > size_bytes)
            insert(begin + size_bytes, length - size_bytes);
        return begin;
    }

    void give(uint64_t begin, uint64_t size_bytes)
    {
        auto next = by_begin_.lower_bound(begin);
        if (next != by_begin_.end() && next->first == begin + size_bytes) {
            size_bytes += next->second;
            remove(next->first, next->second);
        }
        next = by_begin_.lower_bound(begin);
        if (next != by_begin_.begin()) {
            const auto [before, length] = *std::prev(next);
            if (before + length == begin) {
                remove(before, length);
                begin = before;
                size_bytes += length;
            }
        }
        insert(begin, size_bytes);
    }

private:
    // A free range at the end of the arena is where it grows from.
    std::optional<uint64_t> extend(uint64_t size_bytes)
    {
        uint64_t begin = end_;
        if (!by_begin_.empty()) {
            const auto [last, length] = *by_begin_.rbegin();
            if (last + length == end_) {
                begin = last;
                remove(last, length);
            }
        }
        if (__builtin_add_overflow(begin, size_bytes, &end_))
            return std::nullopt;
        return begin;
    }
    void insert(uint64_t begin, uint64_t length)
    {
        by_begin_.emplace(begin, length);
        by_size_.emplace(length, begin);
    }
    void remove(uint64_t begin, uint64_t length)
    {
        by_begin_.erase(begin);
        by_size_.erase({length, begin});
    }

    std::map<uint64_t, uint64_t> by_begin_;            // begin, length
    std::set<std::pair<uint64_t, uint64_t>> by_size_;  // length, begin
    uint64_t end_ = 0;
};

}  // namespace

std::optional<Plan> plan_by_time(std::span<const Lifetime> lifetimes, uint64_t alignment, const Pulse &pulse)
{
    // Of those that begin together the largest is placed first.
    std::vector<uint32_t> order(lifetimes.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, [&](uint32_t a, uint32_t b) {
        return lifetimes[a].first != lifetimes[b].first ? lifetimes[a].first < lifetimes[b].first : lifetimes[a].size_bytes > lifetimes[b].size_bytes;
    });
    const auto ends_later = [&](uint32_t a, uint32_t b) { return lifetimes[a].last > lifetimes[b].last; };
    std::priority_queue<uint32_t, std::vector<uint32_t>, decltype(ends_later)> live(ends_later);
    FreeRanges free_ranges;
    Plan result;
    result.offsets.resize(lifetimes.size());
    const auto rounded = [&](uint32_t index) { return (lifetimes[index].size_bytes + alignment - 1) & ~(alignment - 1); };
    for (size_t placed = 0; placed < order.size(); ++placed) {
        if (pulse && placed % kPerPulse == 0)
            pulse();
        const uint32_t index = order[placed];
        for (; !live.empty() && lifetimes[live.top()].last < lifetimes[index].first; live.pop())
            if (rounded(live.top()) != 0)
                free_ranges.give(result.offsets[live.top()], rounded(live.top()));
        if (lifetimes[index].size_bytes > UINT64_MAX - alignment)
            return std::nullopt;
        const auto begin = rounded(index) == 0 ? std::optional<uint64_t>(0) : free_ranges.take(rounded(index));
        if (!begin)
            return std::nullopt;
        result.offsets[index] = *begin;
        result.size_bytes = std::max(result.size_bytes, *begin + lifetimes[index].size_bytes);
        live.push(index);
    }
    return result;
}

}  // namespace accel::arena
