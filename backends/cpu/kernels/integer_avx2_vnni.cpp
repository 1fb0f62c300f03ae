// SPDX-License-Identifier: MIT
// The integer loops for AVX-VNNI, which multiplies four 8-bit operands at once.
#include "integer.h"

#include <immintrin.h>

namespace accel::cpu {
namespace {

#include "integer_avx2.inc"

Vector multiply_add(Vector sum, Vector x, Vector w)
{
    return (Vector)_mm256_dpwssd_avx_epi32((__m256i)sum, (__m256i)x, (__m256i)w);
}
Vector multiply_add_bytes(Vector sum, Vector x, Vector w)
{
    return (Vector)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)x, (__m256i)w);
}

#include "integer.inc"
#include "integer_bytes.inc"
#include "integer_fixed.inc"

}  // namespace

const IntegerKernels &integer_kernels_avx2_vnni()
{
    static constexpr ProductKernels kBytes{1, false, kLanes, kVectors, convolve_bytes, depthwise_bytes, true};
    static constexpr ProductKernels kHalves{2, true, kLanes, kVectors, convolve_pairs, depthwise_pairs};
    static constexpr IntegerKernels kKernels{
        "avx2_vnni", &kBytes, &kHalves, finish_half_even, finish_added, finish_fixed, finish_fixed_added, maximum, widen, interleave3};
    return kKernels;
}

}  // namespace accel::cpu
