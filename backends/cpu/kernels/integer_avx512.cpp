// SPDX-License-Identifier: MIT
#include "integer.h"

#include <immintrin.h>

namespace accel::cpu
{
namespace
{

constexpr int64_t kLanes = 16;

using Vector = __m512i;
inline Vector load(const void *from) { return _mm512_loadu_si512(from); }
inline void store(int32_t *to, Vector value) { _mm512_storeu_si512(to, value); }
inline Vector broadcast(const int16_t *pair)
{
    int32_t both;
    __builtin_memcpy(&both, pair, sizeof both);
    return _mm512_set1_epi32(both);
}
inline Vector multiply_add(Vector a, Vector b) { return _mm512_madd_epi16(a, b); }
inline Vector add(Vector a, Vector b) { return _mm512_add_epi32(a, b); }
inline Vector widen_pairs(const int16_t *from)
{
    return _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)));
}

#include "integer.inc"

} // namespace

const IntegerKernels &integer_kernels_avx512()
{
    static constexpr IntegerKernels kKernels{"avx512", kLanes, 2 * kLanes, convolve, depthwise, requantize_half_even, widen};
    return kKernels;
}

} // namespace accel::cpu
