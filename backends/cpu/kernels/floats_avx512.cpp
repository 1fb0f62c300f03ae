// SPDX-License-Identifier: MIT
// The binary32 loops for AVX-512: sixteen values a vector.
#include "floats.h"

#include <immintrin.h>

#include <cmath>
#include <utility>

namespace accel::cpu {
namespace {

constexpr int64_t kLanes = 16;

using Floats = float __attribute__((vector_size(64)));
using Ints = int32_t __attribute__((vector_size(64)));

inline Floats multiply_add(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
inline Floats lower(Floats a, Floats b) { return _mm512_min_ps(a, b); }
inline Floats higher(Floats a, Floats b) { return _mm512_max_ps(a, b); }
inline __mmask16 first(int64_t count) { return static_cast<__mmask16>((1u << count) - 1); }
inline Floats load_some(const float *from, int64_t count) { return _mm512_maskz_loadu_ps(first(count), from); }
inline void store_some(float *to, Floats value, int64_t count) { _mm512_mask_storeu_ps(to, first(count), value); }
inline Floats first_lanes(Floats value, int64_t count) { return _mm512_maskz_mov_ps(first(count), value); }
inline Floats scaled(Floats value, Floats n, Ints) { return _mm512_scalef_ps(value, n); }
inline Floats root(Floats x) { return _mm512_sqrt_ps(x); }
inline bool any(Ints mask) { return _mm512_movepi32_mask(reinterpret_cast<__m512i>(mask)) != 0; }
template <typename Stored> inline Ints load_bytes(const uint8_t *from)
{
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
    return reinterpret_cast<Ints>(static_cast<Stored>(-1) < 0 ? _mm512_cvtepi8_epi32(bytes) : _mm512_cvtepu8_epi32(bytes));
}
inline void store_bytes(uint8_t *to, Ints values)
{
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), _mm512_cvtepi32_epi8(reinterpret_cast<__m512i>(values)));
}
inline Floats evens(Floats a, Floats b)
{
    return _mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b);
}
inline Floats maximum(Floats a, Floats b)
{
    return _mm512_mask_max_ps(a, _mm512_cmp_ps_mask(a, a, _CMP_ORD_Q), a, b);  // b where it is NaN
}

#include "floats.inc"

}  // namespace

const FloatKernels &float_kernels_avx512()
{
    static constexpr FloatKernels kKernels = kernels_named("avx512");
    return kKernels;
}

}  // namespace accel::cpu
