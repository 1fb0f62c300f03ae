// SPDX-License-Identifier: MIT
// The integer loops for AVX-512, which multiplies pairs of 16-bit operands.
#include "integer.h"

#include <immintrin.h>

namespace accel::cpu {
namespace {

#include "integer_avx512.inc"

Vector multiply_add(Vector sum, Vector x, Vector w)
{
    return sum + (Vector)_mm512_madd_epi16((__m512i)x, (__m512i)w);
}

#include "integer.inc"
#include "integer_fixed.inc"

}  // namespace

const IntegerKernels &integer_kernels_avx512()
{
    static constexpr ProductKernels kHalves{2, true, kLanes, kVectors, convolve_pairs, depthwise_pairs};
    static constexpr IntegerKernels kKernels{
        "avx512", nullptr, &kHalves, finish_half_even, finish_added, finish_fixed, finish_fixed_added, maximum, widen, interleave3};
    return kKernels;
}

}  // namespace accel::cpu
