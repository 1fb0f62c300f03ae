// SPDX-License-Identifier: MIT
// What every processor of the architecture has: SSE2 on x86-64, what the compiler makes of four lanes elsewhere.
#include "integer.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace accel::cpu {
namespace {

#include "integer_128.inc"

#if defined(__x86_64__)
constexpr int kVectors = 2;

Vector multiply_add(Vector sum, Vector x, Vector w) { return sum + (Vector)_mm_madd_epi16((__m128i)x, (__m128i)w); }
#else
constexpr int kVectors = 4;

// The low halves of the lanes are the first ones of each pair, on machines of either byte order.
Vector multiply_add(Vector sum, Vector x, Vector w)
{
    int16_t a[2 * kLanes], b[2 * kLanes];
    __builtin_memcpy(a, &x, sizeof a);
    __builtin_memcpy(b, &w, sizeof b);
    for (int64_t lane = 0; lane < kLanes; ++lane)
        sum[lane] += a[2 * lane] * b[2 * lane] + a[2 * lane + 1] * b[2 * lane + 1];
    return sum;
}
#endif

#include "integer.inc"
#include "integer_fixed.inc"

}  // namespace

const IntegerKernels &integer_kernels_base()
{
    static constexpr ProductKernels kHalves{2, true, kLanes, kVectors, convolve_pairs, depthwise_pairs};
    static constexpr IntegerKernels kKernels{
        "base", nullptr, &kHalves, finish_half_even, finish_added, finish_fixed, finish_fixed_added, maximum, widen, interleave3};
    return kKernels;
}

}  // namespace accel::cpu
