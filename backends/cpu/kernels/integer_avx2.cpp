// SPDX-License-Identifier: MIT
// The integer loops for AVX2, which multiplies pairs of 16-bit operands.
#include "integer.h"

#include <immintrin.h>

namespace accel::cpu
{
namespace
{

#include "integer_avx2.inc"

Vector multiply_add(Vector sum, Vector x, Vector w) { return sum + (Vector)_mm256_madd_epi16((__m256i)x, (__m256i)w); }

#include "integer.inc"
#include "integer_fixed.inc"

} // namespace

const IntegerKernels &integer_kernels_avx2()
{
    static constexpr ProductKernels kHalves{2, true, kLanes, kVectors, convolve_pairs, depthwise_pairs};
    static constexpr IntegerKernels kKernels{
        "avx2", nullptr, &kHalves, finish_half_even, finish_added, finish_fixed, finish_fixed_added, maximum, widen, interleave3};
    return kKernels;
}

} // namespace accel::cpu
