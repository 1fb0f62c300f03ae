// SPDX-License-Identifier: MIT
// Exact integer inner loops: 16-bit operands, 32-bit sums.
//
// The products of two neighbouring channels are added in one multiply-add (pmaddwd and its wider forms). Operands are 8-bit values less
// their zero point, so a pair sums to at most 2 * 255 * 255: nothing saturates on any instruction set, unlike u8 * s8 forms that add pairs
// in 16 bits. Each instruction set compiles the same source (integer.inc) at its own width.
#ifndef ACCEL_BACKENDS_CPU_KERNELS_INTEGER_H
#define ACCEL_BACKENDS_CPU_KERNELS_INTEGER_H

#include <cstdint>

namespace accel::cpu
{

inline constexpr int kTilePixels = 6; // outputs computed together

// Neighbouring outputs times one block of output channels.
struct ConvolutionTile {
    const int16_t *x = nullptr;           // of the first output
    int64_t pixel_step = 0;               // elements from one output's operands to the next one's
    const int64_t *tap_offsets = nullptr; // elements from x
    int64_t taps = 0;
    int64_t pairs = 0;                // channel pairs per tap, contiguous
    const int16_t *weights = nullptr; // [tap][pair][block][2]
    const int32_t *bias = nullptr;    // [block]
    int32_t *sums = nullptr;          // [pixels][block]
    int pixels = 0;                   // at most kTilePixels
};

// One output of a depthwise convolution, all channels. Channel counts are multiples of the lanes.
struct DepthwisePixel {
    const int16_t *x = nullptr;
    const int64_t *tap_offsets = nullptr;
    int64_t taps = 0;
    int64_t channels = 0;
    const int16_t *weights = nullptr; // [tap][channels][2], the second one 0
    int64_t tap_step = 0;             // elements of weights per tap
    const int32_t *bias = nullptr;
    int32_t *sums = nullptr;
};

struct HalfEven {
    const float *multipliers = nullptr; // per element
    float low = 0, high = 0;            // of the result before the zero point is added
    int32_t zero_point = 0;
};

struct IntegerKernels {
    const char *name;
    int64_t lanes; // 32-bit elements of a vector
    int64_t block; // output channels of a tile
    void (*convolve)(const ConvolutionTile &tile);
    void (*depthwise)(const DepthwisePixel &pixel);
    // stored[i] = clamp(rint(float(sums[i]) * multipliers[i]), low, high) + zero_point
    void (*requantize_half_even)(const int32_t *sums, int64_t count, const HalfEven &parameters, uint8_t *stored);
    // wide[i] = stored[i] - zero_point, where stored is signed or not
    void (*widen)(const uint8_t *stored, int64_t count, bool is_signed, int32_t zero_point, int16_t *wide);
};

// The widest set that the processor has and oneDNN's cap (DNNL_MAX_CPU_ISA) admits.
const IntegerKernels &integer_kernels();

const IntegerKernels &integer_kernels_base();
#if defined(__x86_64__)
const IntegerKernels &integer_kernels_avx2();
const IntegerKernels &integer_kernels_avx512();
#endif

} // namespace accel::cpu

#endif
