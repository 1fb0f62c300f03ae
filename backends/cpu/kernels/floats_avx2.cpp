// SPDX-License-Identifier: MIT
// The binary32 loops for AVX2: eight values a vector.
#include "floats.h"

#include <immintrin.h>

#include <cmath>
#include <utility>

namespace accel::cpu {
namespace {

constexpr int64_t kLanes = 8;

using Floats = float __attribute__((vector_size(32)));
using Ints = int32_t __attribute__((vector_size(32)));

inline Floats multiply_add(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
inline Floats lower(Floats a, Floats b) { return _mm256_min_ps(a, b); }
inline Floats higher(Floats a, Floats b) { return _mm256_max_ps(a, b); }
inline __m256i first(int64_t count)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline Floats load_some(const float *from, int64_t count) { return _mm256_maskload_ps(from, first(count)); }
// In pieces: masked stores are slow on AMD's processors.
inline void store_some(float *to, Floats value, int64_t count)
{
    if (count == kLanes)
        return _mm256_storeu_ps(to, value);
    __m128 rest = _mm256_castps256_ps128(value);
    if ((count & 4) != 0) {
        _mm_storeu_ps(to, rest);
        rest = _mm256_extractf128_ps(value, 1);
        to += 4;
    }
    if ((count & 2) != 0) {
        _mm_storel_pi(reinterpret_cast<__m64 *>(to), rest);
        rest = _mm_movehl_ps(rest, rest);
        to += 2;
    }
    if ((count & 1) != 0)
        _mm_store_ss(to, rest);
}
inline Floats first_lanes(Floats value, int64_t count) { return _mm256_and_ps(value, _mm256_castsi256_ps(first(count))); }
inline Floats root(Floats x) { return _mm256_sqrt_ps(x); }
inline bool any(Ints mask) { return _mm256_movemask_epi8(reinterpret_cast<__m256i>(mask)) != 0; }
template <typename Stored> inline Ints load_bytes(const uint8_t *from)
{
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i *>(from));
    return reinterpret_cast<Ints>(static_cast<Stored>(-1) < 0 ? _mm256_cvtepi8_epi32(bytes) : _mm256_cvtepu8_epi32(bytes));
}
inline void store_bytes(uint8_t *to, Ints values)
{
    // The low bytes of each half's four values side by side, then the halves.
    const __m256i low = _mm256_set1_epi32(0x0c080400);
    const __m256i halves = _mm256_shuffle_epi8(reinterpret_cast<__m256i>(values), low);
    const __m128i bytes = _mm_unpacklo_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i *>(to), bytes);
}
inline Floats in_order(__m256 halves) { return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(halves), 0b11011000)); }
inline Floats evens(Floats a, Floats b) { return in_order(_mm256_shuffle_ps(a, b, 0b10001000)); }
inline Floats maximum(Floats a, Floats b)
{
    const Floats most = higher(a, b);  // b where one of them is NaN
    return a == a ? most : a;
}

#include "floats_scaled.inc"

#include "floats.inc"

}  // namespace

const FloatKernels &float_kernels_avx2()
{
    static constexpr FloatKernels kKernels = kernels_named("avx2");
    return kKernels;
}

}  // namespace accel::cpu
