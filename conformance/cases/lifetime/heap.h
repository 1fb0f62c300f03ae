// SPDX-License-Identifier: MIT
// Whether memory is lost each time that something is done.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace accel::conformance {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kHeapIsSeen = false;  // their malloc is not the C library's; LeakSanitizer looks at the end of the process
#else
inline constexpr bool kHeapIsSeen = true;
#endif

/// Bytes of every arena that are handed out, and what was mapped for large blocks.
inline int64_t heap_bytes()
{
    const struct mallinfo2 facts = mallinfo2();
    return static_cast<int64_t>(facts.uordblks + facts.hblkhd);
}

/// Bytes that the heap grows by each time. The least of several batches: what is allocated once and kept grows one of them, a leak grows all. 0 where the heap is not seen.
inline double heap_growth_per_round(const std::function<void()> &round)
{
    constexpr int kBatches = 3, kRounds = 32;
    int64_t least = INT64_MAX;
    for (int batch = 0; batch < kBatches; ++batch) {
        const int64_t before = heap_bytes();
        for (int count = 0; count < kRounds; ++count) round();
        least = std::min(least, heap_bytes() - before);
    }
    return kHeapIsSeen ? static_cast<double>(least) / kRounds : 0.0;
}

/// Half of the smallest block that malloc hands out: whoever loses one a round grows by more.
inline constexpr double kNoLeakBytes = 16;

}  // namespace accel::conformance
