// SPDX-License-Identifier: MIT
// What every processor of the architecture has.
#include "floats.h"

#if defined(__x86_64__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include <cmath>
#include <utility>

namespace accel::cpu {
namespace {

constexpr int64_t kLanes = 4;

using Floats = float __attribute__((vector_size(16)));
using Ints = int32_t __attribute__((vector_size(16)));

#if defined(__aarch64__)
inline Floats root(Floats x)
{
    return vsqrtq_f32(x);
}
inline bool any(Ints mask) { return vmaxvq_u32(reinterpret_cast<uint32x4_t>(mask)) != 0; }
#elif defined(__x86_64__)
inline Floats root(Floats x)
{
    return _mm_sqrt_ps(x);
}
inline bool any(Ints mask) { return _mm_movemask_epi8(reinterpret_cast<__m128i>(mask)) != 0; }
#else
inline Floats root(Floats x)
{
    for (int64_t lane = 0; lane < kLanes; ++lane)
        x[lane] = std::sqrt(x[lane]);
    return x;
}
inline bool any(Ints mask) { return (mask[0] | mask[1] | mask[2] | mask[3]) != 0; }
#endif
#if defined(__aarch64__)
inline Floats multiply_add(Floats a, Floats b, Floats c)
{
    return vfmaq_f32(c, a, b);
}
#else
inline Floats multiply_add(Floats a, Floats b, Floats c)
{
    return a * b + c;
}
#endif
#if defined(__x86_64__)
inline Floats lower(Floats a, Floats b)
{
    return _mm_min_ps(a, b);
}
inline Floats higher(Floats a, Floats b) { return _mm_max_ps(a, b); }
#else
inline Floats lower(Floats a, Floats b)
{
    return a < b ? a : b;
}
inline Floats higher(Floats a, Floats b) { return a > b ? a : b; }
#endif
inline Floats load_some(const float *from, int64_t count)
{
    Floats value{};
    for (int64_t lane = 0; lane < count; ++lane)
        value[lane] = from[lane];
    return value;
}
inline void store_some(float *to, Floats value, int64_t count)
{
    for (int64_t lane = 0; lane < count; ++lane)
        to[lane] = value[lane];
}
inline Floats first_lanes(Floats value, int64_t count)
{
    for (int64_t lane = count; lane < kLanes; ++lane)
        value[lane] = 0;
    return value;
}
template <typename Stored> inline Ints load_bytes(const uint8_t *from)
{
#if defined(__x86_64__)
    int32_t bytes;
    __builtin_memcpy(&bytes, from, sizeof bytes);
    const __m128i zero = _mm_setzero_si128(), words = _mm_unpacklo_epi8(_mm_cvtsi32_si128(bytes), zero);
    const auto values = reinterpret_cast<Ints>(_mm_unpacklo_epi16(words, zero));
#else
    const Ints values{from[0], from[1], from[2], from[3]};
#endif
    return static_cast<Stored>(-1) < 0 ? (values << 24) >> 24 : values;
}
inline void store_bytes(uint8_t *to, Ints values)
{
#if defined(__x86_64__)
    // Values are those of a byte, signed or not: the low halves, then the low bytes.
    const __m128i masked = _mm_and_si128(reinterpret_cast<__m128i>(values), _mm_set1_epi32(255));
    const __m128i words = _mm_packs_epi32(masked, masked), bytes = _mm_packus_epi16(words, words);
    const int32_t all = _mm_cvtsi128_si32(bytes);
    __builtin_memcpy(to, &all, sizeof all);
#else
    for (int64_t lane = 0; lane < kLanes; ++lane)
        to[lane] = static_cast<uint8_t>(values[lane]);
#endif
}
inline Floats evens(Floats a, Floats b) { return Floats{a[0], a[2], b[0], b[2]}; }
inline Floats maximum(Floats a, Floats b)
{
    const Floats most = higher(a, b);  // b where one of them is NaN
    return a == a ? most : a;
}

#include "floats_scaled.inc"

#include "floats.inc"

}  // namespace

const FloatKernels &float_kernels_base()
{
    static constexpr FloatKernels kKernels = kernels_named("base");
    return kKernels;
}

}  // namespace accel::cpu
