// SPDX-License-Identifier: MIT
// The integer loops for AVX2, which multiplies pairs of 16-bit operands. Bytes are taken apart into such pairs where they are multiplied: what adds
// products of bytes in 16 bits saturates.
#include "integer.h"

#include <immintrin.h>

namespace accel::cpu {
namespace {

#include "integer_avx2.inc"

Vector multiply_add(Vector sum, Vector x, Vector w)
{
    return sum + (Vector)_mm256_madd_epi16((__m256i)x, (__m256i)w);
}

// Operands with zeros above them, weights with their signs: the bytes in even places, and those in odd ones.
Vector multiply_add_bytes(Vector sum, Vector x, Vector w)
{
    const auto operands = (__m256i)x, weights = (__m256i)w;
    const __m256i even = _mm256_madd_epi16(_mm256_and_si256(operands, _mm256_set1_epi16(0xff)), _mm256_srai_epi16(_mm256_slli_epi16(weights, 8), 8));
    const __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(operands, 8), _mm256_srai_epi16(weights, 8));
    return sum + (Vector)even + (Vector)odd;
}

#include "integer.inc"
#include "integer_bytes.inc"
#include "integer_fixed.inc"

}  // namespace

const IntegerKernels &integer_kernels_avx2()
{
    static constexpr ProductKernels kBytes{1, false, kLanes, kVectors, convolve_bytes, depthwise_bytes, true};
    static constexpr ProductKernels kHalves{2, true, kLanes, kVectors, convolve_finished_pairs, depthwise_pairs, true};
    static constexpr IntegerKernels kKernels{
        "avx2", &kBytes, &kHalves, finish_half_even, finish_added, finish_fixed, finish_fixed_added, maximum, widen, interleave3, true};
    return kKernels;
}

}  // namespace accel::cpu
