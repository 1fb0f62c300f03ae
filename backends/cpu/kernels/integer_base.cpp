// SPDX-License-Identifier: MIT
// What every processor of the architecture has: SSE2 on x86-64, plain loops elsewhere.
#include "integer.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#else
#include <array>
#endif

namespace accel::cpu
{
namespace
{

constexpr int64_t kLanes = 4;

#if defined(__x86_64__)

using Vector = __m128i;
inline Vector load(const void *from) { return _mm_loadu_si128(static_cast<const __m128i *>(from)); }
inline void store(int32_t *to, Vector value) { _mm_storeu_si128(reinterpret_cast<__m128i *>(to), value); }
inline Vector broadcast(const int16_t *pair)
{
    int32_t both;
    __builtin_memcpy(&both, pair, sizeof both);
    return _mm_set1_epi32(both);
}
inline Vector multiply_add(Vector a, Vector b) { return _mm_madd_epi16(a, b); }
inline Vector add(Vector a, Vector b) { return _mm_add_epi32(a, b); }
inline Vector widen_pairs(const int16_t *from)
{
    return _mm_unpacklo_epi16(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(from)), _mm_setzero_si128());
}

#else

using Vector = std::array<int32_t, kLanes>; // or eight 16-bit values
inline Vector load(const void *from)
{
    Vector value;
    __builtin_memcpy(&value, from, sizeof value);
    return value;
}
inline void store(int32_t *to, const Vector &value) { __builtin_memcpy(to, &value, sizeof value); }
inline Vector pairs(const std::array<int16_t, 2 * kLanes> &values) { return load(values.data()); }
inline Vector broadcast(const int16_t *pair)
{
    std::array<int16_t, 2 * kLanes> values;
    for (int64_t lane = 0; lane < kLanes; ++lane)
        values[2 * lane] = pair[0], values[2 * lane + 1] = pair[1];
    return pairs(values);
}
inline Vector multiply_add(const Vector &a, const Vector &b)
{
    std::array<int16_t, 2 * kLanes> x, y;
    __builtin_memcpy(&x, &a, sizeof x);
    __builtin_memcpy(&y, &b, sizeof y);
    Vector sums;
    for (int64_t lane = 0; lane < kLanes; ++lane)
        sums[lane] = x[2 * lane] * y[2 * lane] + x[2 * lane + 1] * y[2 * lane + 1];
    return sums;
}
inline Vector add(const Vector &a, const Vector &b)
{
    Vector sums;
    for (int64_t lane = 0; lane < kLanes; ++lane)
        sums[lane] = a[lane] + b[lane];
    return sums;
}
inline Vector widen_pairs(const int16_t *from)
{
    std::array<int16_t, 2 * kLanes> values{};
    for (int64_t lane = 0; lane < kLanes; ++lane)
        values[2 * lane] = from[lane];
    return pairs(values);
}

#endif

#include "integer.inc"

} // namespace

const IntegerKernels &integer_kernels_base()
{
    static constexpr IntegerKernels kKernels{"base", kLanes, 2 * kLanes, convolve, depthwise, requantize_half_even, widen};
    return kKernels;
}

} // namespace accel::cpu
