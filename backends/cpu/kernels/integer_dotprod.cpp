// SPDX-License-Identifier: MIT
// arm64 with the dot product instructions of Armv8.2.
#include "integer.h"

#include <arm_neon.h>

namespace accel::cpu {
namespace {

#include "integer_128.inc"

constexpr int kVectors = 4;

using Bytes = uint8_t __attribute__((vector_size(16)));
using Halves = int16_t __attribute__((vector_size(16)));

Vector multiply_add(Vector sum, Vector x, Vector w)
{
    const auto a = (int16x8_t)x, b = (int16x8_t)w;
    const int32x4_t low = vmull_s16(vget_low_s16(a), vget_low_s16(b)), high = vmull_high_s16(a, b);
    return sum + (Vector)vpaddq_s32(low, high);
}
Vector multiply_add_bytes(Vector sum, Vector x, Vector w) { return (Vector)vdotq_s32((int32x4_t)sum, (int8x16_t)x, (int8x16_t)w); }

Bytes load_bytes(const std::byte *from) { return (Bytes)vld1q_u8(reinterpret_cast<const uint8_t *>(from)); }
Bytes load_bytes(const std::byte *from, int64_t count)
{
    Bytes bytes{};
    __builtin_memcpy(&bytes, from, static_cast<size_t>(count));
    return bytes;
}
Bytes load_halves(const std::byte *from, const std::byte *second)
{
    return (Bytes)vcombine_u8(vld1_u8(reinterpret_cast<const uint8_t *>(from)), vld1_u8(reinterpret_cast<const uint8_t *>(second)));
}
Bytes interleave_low8(Bytes a, Bytes b) { return (Bytes)vzip1q_s8((int8x16_t)a, (int8x16_t)b); }
Bytes interleave_high8(Bytes a, Bytes b) { return (Bytes)vzip2q_s8((int8x16_t)a, (int8x16_t)b); }
Bytes interleave_low16(Bytes a, Bytes b) { return (Bytes)vzip1q_s16((int16x8_t)a, (int16x8_t)b); }
Bytes interleave_high16(Bytes a, Bytes b) { return (Bytes)vzip2q_s16((int16x8_t)a, (int16x8_t)b); }

void store_bytes(uint8_t *to, Bytes bytes) { __builtin_memcpy(to, &bytes, sizeof bytes); }
void store_bytes(uint8_t *to, Bytes bytes, int64_t count) { __builtin_memcpy(to, &bytes, static_cast<size_t>(count)); }
template <int kPart> void store_part(uint8_t *to, Bytes bytes, int64_t count)
{
    using Parts = uint32_t __attribute__((vector_size(16)));
    const auto part = ((Parts)bytes)[kPart];
    __builtin_memcpy(to, &part, static_cast<size_t>(count));
}
Halves pack_saturated(Vector a, Vector b) { return (Halves)vcombine_s16(vqmovn_s32((int32x4_t)a), vqmovn_s32((int32x4_t)b)); }
Halves add_saturated(Halves a, Halves b) { return (Halves)vqaddq_s16((int16x8_t)a, (int16x8_t)b); }
Bytes pack_saturated(Halves a, Halves b) { return (Bytes)vcombine_u8(vqmovun_s16((int16x8_t)a), vqmovun_s16((int16x8_t)b)); }
Bytes in_order(Bytes bytes) { return bytes; }
Bytes lower(Bytes a, Bytes b) { return (Bytes)vminq_u8((uint8x16_t)a, (uint8x16_t)b); }
Bytes upper(Bytes a, Bytes b) { return (Bytes)vmaxq_u8((uint8x16_t)a, (uint8x16_t)b); }

void store_parts(int32_t *to, Vector v0, Vector v1, Vector v2, Vector v3)
{
    const Vector vectors[4] = {v0, v1, v2, v3};
    for (int v = 0; v < 4; ++v)
        vst1q_s32(to + v * kLanes, (int32x4_t)vectors[v]);
}

#include "integer.inc"
#include "integer_bytes.inc"
#include "integer_fixed.inc"

}  // namespace

const IntegerKernels &integer_kernels_dotprod()
{
    static constexpr ProductKernels kBytes{1, true, kLanes, kVectors, convolve_bytes, depthwise_bytes, true};
    static constexpr ProductKernels kHalves{2, true, kLanes, kVectors, convolve_pairs, depthwise_pairs};
    static constexpr IntegerKernels kKernels{
        "dotprod", &kBytes, &kHalves, finish_half_even, finish_added, finish_fixed, finish_fixed_added, maximum, widen, interleave3};
    return kKernels;
}

}  // namespace accel::cpu
