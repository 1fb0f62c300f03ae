// SPDX-License-Identifier: MIT
// Remembers the memory of unfinished work, and finds conflicts.
#include "hazards.h"

#include <algorithm>
#include <utility>

#include "fault.h"

namespace accel::devices::ethosu {
namespace {

// The front end stalls when this many operations of a kind are running.
constexpr size_t kMaxOutstandingKernels = 2;
constexpr size_t kMaxOutstandingDmas = 2;

/// Sorts, and joins what touches.
void normalise(std::vector<AddressRange> &ranges)
{
    std::sort(ranges.begin(), ranges.end(),
              [](const AddressRange &a, const AddressRange &b) { return a.begin < b.begin; });
    size_t kept = 0;
    for (size_t i = 0; i < ranges.size(); ++i) {
        if (kept > 0 && ranges[i].begin <= ranges[kept - 1].end) {
            ranges[kept - 1].end = std::max(ranges[kept - 1].end, ranges[i].end);
        } else {
            ranges[kept++] = ranges[i];
        }
    }
    ranges.resize(kept);
}

bool overlap(const std::vector<AddressRange> &a, const std::vector<AddressRange> &b)
{
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i].begin < b[j].end && b[j].begin < a[i].end) return true;
        if (a[i].end < b[j].end) {
            ++i;
        } else {
            ++j;
        }
    }
    return false;
}

void keep_last(std::deque<AccessLog> &logs, size_t count)
{
    while (logs.size() > count) logs.pop_front();
}

bool conflicts(const AccessLog &log, const std::deque<AccessLog> &running)
{
    return std::any_of(running.begin(), running.end(),
                       [&log](const AccessLog &other) { return log.conflicts_with(other); });
}

}  // namespace

void AccessLog::append(std::vector<AddressRange> &ranges, uint64_t begin, uint64_t size)
{
    if (size == 0) return;
    if (!ranges.empty() && ranges.back().end == begin) {
        ranges.back().end = begin + size;
    } else {
        ranges.push_back({begin, begin + size});
    }
}

void AccessLog::finish()
{
    normalise(reads_);
    normalise(writes_);
}

bool AccessLog::conflicts_with(const AccessLog &other) const
{
    return overlap(writes_, other.writes_) || overlap(writes_, other.reads_) || overlap(reads_, other.writes_);
}

void Hazards::start_kernel(AccessLog log)
{
    log.finish();
    if (conflicts(log, dmas_)) parse_error("a DMA that may still run touches the same memory: DMA_WAIT is missing");
    kernels_.push_back(std::move(log));
    keep_last(kernels_, kMaxOutstandingKernels);
}

void Hazards::start_dma(AccessLog log)
{
    log.finish();
    if (conflicts(log, kernels_)) {
        parse_error("a kernel that may still run touches the same memory: KERNEL_WAIT is missing");
    }
    dmas_.push_back(std::move(log));
    keep_last(dmas_, kMaxOutstandingDmas);
}

void Hazards::wait_kernels(uint32_t outstanding)
{
    keep_last(kernels_, outstanding);
}

void Hazards::wait_dma(uint32_t outstanding)
{
    keep_last(dmas_, outstanding);
}

}  // namespace accel::devices::ethosu
