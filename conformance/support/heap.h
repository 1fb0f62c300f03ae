// SPDX-License-Identifier: MIT
// Whether memory is lost each time that something is done.
#pragma once

#include <malloc.h>

#include <algorithm>
#include <cmath>
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

/// Half of the smallest block that malloc hands out: whoever loses one a round grows by more.
inline constexpr double kNoLeakBytes = 16;

/// Bytes that the heap grows by each time; 0 where it is not seen. The least of several batches: caches that fill, those of malloc among them, grow some of them, a leak grows all.
inline double heap_growth_per_round(const std::function<void()> &round)
{
    constexpr int kBatchesMax = 12, kRounds = 16;
    double least = INFINITY;
    for (int batch = 0; batch < kBatchesMax && least >= kNoLeakBytes; ++batch) {
        const int64_t before = kHeapIsSeen ? heap_bytes() : 0;
        for (int count = 0; count < kRounds; ++count) round();
        least = std::min(least, static_cast<double>((kHeapIsSeen ? heap_bytes() : 0) - before) / kRounds);
    }
    return least;
}

}  // namespace accel::conformance
