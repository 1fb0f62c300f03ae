// SPDX-License-Identifier: MIT
#include "integer.h"

#include <immintrin.h>

namespace accel::cpu
{
namespace
{

constexpr int64_t kLanes = 8;

using Vector = __m256i;
inline Vector load(const void *from) { return _mm256_loadu_si256(static_cast<const __m256i *>(from)); }
inline void store(int32_t *to, Vector value) { _mm256_storeu_si256(reinterpret_cast<__m256i *>(to), value); }
inline Vector broadcast(const int16_t *pair)
{
    int32_t both;
    __builtin_memcpy(&both, pair, sizeof both);
    return _mm256_set1_epi32(both);
}
inline Vector multiply_add(Vector a, Vector b) { return _mm256_madd_epi16(a, b); }
inline Vector add(Vector a, Vector b) { return _mm256_add_epi32(a, b); }
inline Vector widen_pairs(const int16_t *from) { return _mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(from))); }

#include "integer.inc"

} // namespace

const IntegerKernels &integer_kernels_avx2()
{
    static constexpr IntegerKernels kKernels{"avx2", kLanes, 2 * kLanes, convolve, depthwise, requantize_half_even, widen};
    return kKernels;
}

} // namespace accel::cpu
