// SPDX-License-Identifier: MIT
// The integer loops for AVX-VNNI, which multiplies four 8-bit operands at once.
#include "integer.h"

#include <immintrin.h>

namespace accel::cpu
{
namespace
{

#include "integer_avx2.inc"

using Bytes = uint8_t __attribute__((vector_size(32)));
using Halves = int16_t __attribute__((vector_size(32)));

Vector multiply_add(Vector sum, Vector x, Vector w) { return (Vector)_mm256_dpwssd_avx_epi32((__m256i)sum, (__m256i)x, (__m256i)w); }
Vector multiply_add_bytes(Vector sum, Vector x, Vector w)
{
    return (Vector)_mm256_dpbusd_avx_epi32((__m256i)sum, (__m256i)x, (__m256i)w);
}

Bytes load_bytes(const std::byte *from) { return (Bytes)_mm256_loadu_si256(reinterpret_cast<const __m256i *>(from)); }
Bytes load_bytes(const std::byte *from, int64_t count)
{
    Bytes bytes{};
    __builtin_memcpy(&bytes, from, static_cast<size_t>(count));
    return bytes;
}
Bytes load_halves(const std::byte *from, const std::byte *second)
{
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i *>(from)), high = _mm_loadu_si128(reinterpret_cast<const __m128i *>(second));
    return (Bytes)_mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}
Bytes interleave_low8(Bytes a, Bytes b) { return (Bytes)_mm256_unpacklo_epi8((__m256i)a, (__m256i)b); }
Bytes interleave_high8(Bytes a, Bytes b) { return (Bytes)_mm256_unpackhi_epi8((__m256i)a, (__m256i)b); }
Bytes interleave_low16(Bytes a, Bytes b) { return (Bytes)_mm256_unpacklo_epi16((__m256i)a, (__m256i)b); }
Bytes interleave_high16(Bytes a, Bytes b) { return (Bytes)_mm256_unpackhi_epi16((__m256i)a, (__m256i)b); }

void store_bytes(uint8_t *to, Bytes bytes) { __builtin_memcpy(to, &bytes, sizeof bytes); }
void store_bytes(uint8_t *to, Bytes bytes, int64_t count) { __builtin_memcpy(to, &bytes, static_cast<size_t>(count)); }
template <int kPart> void store_part(uint8_t *to, Bytes bytes, int64_t count)
{
    using Parts = uint64_t __attribute__((vector_size(32)));
    const auto part = ((Parts)bytes)[kPart];
    __builtin_memcpy(to, &part, static_cast<size_t>(count));
}
Halves pack_saturated(Vector a, Vector b) { return (Halves)_mm256_packs_epi32((__m256i)a, (__m256i)b); }
Halves add_saturated(Halves a, Halves b) { return (Halves)_mm256_adds_epi16((__m256i)a, (__m256i)b); }
Bytes pack_saturated(Halves a, Halves b) { return (Bytes)_mm256_packus_epi16((__m256i)a, (__m256i)b); }
Bytes in_order(Bytes bytes) { return (Bytes)_mm256_permutevar8x32_epi32((__m256i)bytes, packed_order()); }
Bytes lower(Bytes a, Bytes b) { return (Bytes)_mm256_min_epu8((__m256i)a, (__m256i)b); }
Bytes upper(Bytes a, Bytes b) { return (Bytes)_mm256_max_epu8((__m256i)a, (__m256i)b); }

void store_parts(int32_t *to, Vector v0, Vector v1, Vector v2, Vector v3)
{
    constexpr int kFirst = 0x20, kSecond = 0x31; // half of each
    auto *parts = reinterpret_cast<__m256i *>(to);
    const auto a = (__m256i)v0, b = (__m256i)v1, c = (__m256i)v2, d = (__m256i)v3;
    _mm256_storeu_si256(parts, _mm256_permute2x128_si256(a, b, kFirst));
    _mm256_storeu_si256(parts + 1, _mm256_permute2x128_si256(c, d, kFirst));
    _mm256_storeu_si256(parts + 2, _mm256_permute2x128_si256(a, b, kSecond));
    _mm256_storeu_si256(parts + 3, _mm256_permute2x128_si256(c, d, kSecond));
}

#include "integer.inc"
#include "integer_fixed.inc"
#include "integer_bytes.inc"

} // namespace

const IntegerKernels &integer_kernels_avx2_vnni()
{
    static constexpr ProductKernels kBytes{1, false, kLanes, kVectors, convolve_bytes, depthwise_bytes};
    static constexpr ProductKernels kHalves{2, true, kLanes, kVectors, convolve_pairs, depthwise_pairs};
    static constexpr IntegerKernels kKernels{
        "avx2_vnni", &kBytes, &kHalves, finish_half_even, finish_added, finish_fixed, finish_fixed_added, maximum, widen, interleave3};
    return kKernels;
}

} // namespace accel::cpu
