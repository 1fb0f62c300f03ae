// SPDX-License-Identifier: MIT
// The integer loops for AVX-512 VNNI, which multiplies four 8-bit operands at once.
#include "integer.h"

#include <immintrin.h>

namespace accel::cpu {
namespace {

#include "integer_avx512.inc"

using Bytes = uint8_t __attribute__((vector_size(64)));
using Halves = int16_t __attribute__((vector_size(64)));

Vector multiply_add(Vector sum, Vector x, Vector w) { return (Vector)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)x, (__m512i)w); }
Vector multiply_add_bytes(Vector sum, Vector x, Vector w) { return (Vector)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)x, (__m512i)w); }

Bytes load_bytes(const std::byte *from) { return (Bytes)_mm512_loadu_si512(from); }
Bytes load_bytes(const std::byte *from, int64_t count) { return (Bytes)_mm512_maskz_loadu_epi8((__mmask64{1} << count) - 1, from); }
Bytes load_halves(const std::byte *from, const std::byte *second)
{
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)), high = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(second));
    return (Bytes)_mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}
Bytes interleave_low8(Bytes a, Bytes b) { return (Bytes)_mm512_unpacklo_epi8((__m512i)a, (__m512i)b); }
Bytes interleave_high8(Bytes a, Bytes b) { return (Bytes)_mm512_unpackhi_epi8((__m512i)a, (__m512i)b); }
Bytes interleave_low16(Bytes a, Bytes b) { return (Bytes)_mm512_unpacklo_epi16((__m512i)a, (__m512i)b); }
Bytes interleave_high16(Bytes a, Bytes b) { return (Bytes)_mm512_unpackhi_epi16((__m512i)a, (__m512i)b); }

void store_bytes(uint8_t *to, Bytes bytes) { _mm512_storeu_si512(to, (__m512i)bytes); }
void store_bytes(uint8_t *to, Bytes bytes, int64_t count) { _mm512_mask_storeu_epi8(to, (__mmask64{1} << count) - 1, (__m512i)bytes); }
template <int kPart> void store_part(uint8_t *to, Bytes bytes, int64_t count)
{
    _mm_mask_storeu_epi8(to, static_cast<__mmask16>((1u << count) - 1), _mm512_extracti32x4_epi32((__m512i)bytes, kPart));
}
Halves pack_saturated(Vector a, Vector b) { return (Halves)_mm512_packs_epi32((__m512i)a, (__m512i)b); }
Halves add_saturated(Halves a, Halves b) { return (Halves)_mm512_adds_epi16((__m512i)a, (__m512i)b); }
Bytes pack_saturated(Halves a, Halves b) { return (Bytes)_mm512_packus_epi16((__m512i)a, (__m512i)b); }
Bytes in_order(Bytes bytes) { return (Bytes)_mm512_permutexvar_epi32(packed_order(), (__m512i)bytes); }
Bytes lower(Bytes a, Bytes b) { return (Bytes)_mm512_min_epu8((__m512i)a, (__m512i)b); }
Bytes upper(Bytes a, Bytes b) { return (Bytes)_mm512_max_epu8((__m512i)a, (__m512i)b); }

void store_parts(int32_t *to, Vector v0, Vector v1, Vector v2, Vector v3)
{
    constexpr int kEven = 0x88, kOdd = 0xdd;  // parts 0 and 2 of each, parts 1 and 3
    const auto a = (__m512i)v0, b = (__m512i)v1, c = (__m512i)v2, d = (__m512i)v3;
    const __m512i even01 = _mm512_shuffle_i32x4(a, b, kEven), odd01 = _mm512_shuffle_i32x4(a, b, kOdd);
    const __m512i even23 = _mm512_shuffle_i32x4(c, d, kEven), odd23 = _mm512_shuffle_i32x4(c, d, kOdd);
    _mm512_storeu_si512(to, _mm512_shuffle_i32x4(even01, even23, kEven));
    _mm512_storeu_si512(to + kLanes, _mm512_shuffle_i32x4(odd01, odd23, kEven));
    _mm512_storeu_si512(to + 2 * kLanes, _mm512_shuffle_i32x4(even01, even23, kOdd));
    _mm512_storeu_si512(to + 3 * kLanes, _mm512_shuffle_i32x4(odd01, odd23, kOdd));
}

#include "integer.inc"
#include "integer_bytes.inc"
#include "integer_fixed.inc"

}  // namespace

const IntegerKernels &integer_kernels_avx512_vnni()
{
    static constexpr ProductKernels kBytes{1, false, kLanes, kVectors, convolve_bytes, depthwise_bytes, true};
    static constexpr ProductKernels kHalves{2, true, kLanes, kVectors, convolve_pairs, depthwise_pairs};
    static constexpr IntegerKernels kKernels{
        "avx512_vnni", &kBytes, &kHalves, finish_half_even, finish_added, finish_fixed, finish_fixed_added, maximum, widen, interleave3};
    return kKernels;
}

}  // namespace accel::cpu
