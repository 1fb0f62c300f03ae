// SPDX-License-Identifier: MIT
// Exact integer inner loops: 8-bit or 16-bit operands, 32-bit sums.
//
// The unit of work is a word: four bytes that hold the operands of neighbouring input channels, four of 8 bits or two of 16. One instruction
// multiplies a word by a word of weights and adds the products to a 32-bit lane; nothing is added in fewer bits, so nothing saturates.
//
//   8-bit words    vpdpbusd (AVX-512 VNNI, AVX-VNNI), sdot (arm64): stored bytes as they are. Sums may wrap on the way and are right at the end.
//                  AVX2 takes bytes apart for pmaddwd: twice the instructions, but no copy of the input in 16 bits.
//   16-bit words   vpdpwssd, pmaddwd and its wider forms, plain loops: stored bytes less their zero point, which takes 9 bits.
//
// Each instruction set compiles the same source (integer.inc) at its own width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace accel::cpu {

inline constexpr int kTileOutputs = 6;    // outputs computed together
inline constexpr int kNarrowOutputs = 8;  // the same of few vectors of output channels, whose sums alone would wait for each other
inline constexpr int kVectorsMost = 4;    // vectors of output channels computed together
inline constexpr int kLanesMost = 16;     // 32-bit elements of a vector
inline constexpr int kWordBytes = 4;

// stored = clamp(rint(float(sum) * multiplier), low, high) + zero_point
struct HalfEven {
    const float *multipliers = nullptr;  // per channel, padded to whole vectors
    float low = 0, high = 0;             // of the result before the zero point is added
    int32_t zero_point = 0;
    bool is_signed = false;  // what is stored
    bool narrow = false;     // no product leaves 32 bits, so that it can be clamped after it is rounded
};

// What ADD of a stored value and an addend makes: clamp(rint((whole * scale + (addend - zero_point) * addend_scale) / result_scale), low, high)
// + result_zero_point, every step rounded to binary32; whole is the stored value before its zero point is added.
struct Addition {
    float scale = 0, addend_scale = 0, result_scale = 0;
    float inverse = 0;  // of result_scale: where it is not 0, quotients may be had from it (see quotient)
    float low = 0, high = 0;
    int32_t zero_point = 0, result_zero_point = 0;
    bool is_signed = false, result_is_signed = false;  // the addend, the result
};

// A multiplier below 1, as a mantissa of 31 bits: scale * 2^-(31 + right).
struct FixedScale {
    int32_t scale = 0, right = 0;  // right: at most 31
};

// stored = clamp(sum * multiplier, low, high) + zero_point by the integer rules: as quant::requantise_double_rounding does where halves of the shift go
// away from zero, else as quant::requantise_natural.
struct FixedPoint {
    const int32_t *scales = nullptr, *rights = nullptr;  // per channel, padded to whole vectors
    int32_t low = 0, high = 0;                           // of the result before the zero point is added
    int32_t zero_point = 0;
    bool away = false;
};

inline constexpr int kAdditionShift = 20;  // bits by which the operands of ADD are widened first

// ADD by the integer rules: both operands less their zero points, widened, come to a common scale and are added.
struct FixedAddition {
    FixedScale made, addend, sum;
    int32_t low = 0, high = 0;  // of the result before its zero point is added
    int32_t zero_point = 0, result_zero_point = 0;
    bool is_signed = false;  // the addend
};

// Where kernels put results when they finish the sums in registers.
struct Finish {
    const HalfEven *rule = nullptr;  // null: sums are stored as they are
    uint8_t *stored = nullptr;
    int64_t step = 0;  // from one output's to the next one's
    // Of convolutions whose stored channels fill their vectors: with an inverse. Without an addition the rule is narrow.
    const Addition *addition = nullptr;
    const uint8_t *addend = nullptr;  // lies as what is stored
};

// Neighbouring outputs times one block of output channels. Places are in bytes from x.
struct ConvolutionTile {
    const std::byte *x = nullptr;
    const int64_t *outputs_at = nullptr;  // of each output's first operand
    const int64_t *taps_at = nullptr;
    int64_t taps = 0;
    int64_t words = 0;                   // per tap, contiguous
    const std::byte *weights = nullptr;  // [tap][word][vectors * lanes][4 bytes]
    const int32_t *bias = nullptr;       // [vectors * lanes]
    int32_t *sums = nullptr;             // [outputs][vectors * lanes]
    int outputs = 0;                     // at most kTileOutputs, or kNarrowOutputs of few vectors
    int vectors = 0;
    bool flip = false;     // turn the sign bit of every 8-bit operand
    Finish finish;         // of kernels that can
    int64_t channels = 0;  // that are stored by it
};

// Neighbouring outputs of a depthwise convolution.
struct DepthwiseRun {
    const std::byte *const *taps_at = nullptr;  // first channel under each tap of the first output; 8-bit: under four for each word
    int64_t taps = 0, words = 0;
    bool rows_of_three = false;     // 8-bit: the fourth weight of each word is 0
    bool shares_taps = false;       // 8-bit, of such rows: the taps of a word are neighbours, the next output's are one further
    int64_t halves_step_bytes = 0;  // 8-bit: unless 0, the second half of a block, which is all there is, lies that much further than the first one
    int64_t first_byte = 0;         // what the places of the first output's operands are behind those
    int64_t output_step_bytes = 0;  // from one output's operands to the next one's
    int64_t outputs = 0;
    int64_t channels = 0;                // 16-bit: a multiple of the lanes
    const std::byte *weights = nullptr;  // 16-bit: [tap][channels][2], the second one 0; 8-bit: [block][word of taps][lane of the block][4]
    int64_t tap_step_bytes = 0;          // 16-bit: of weights
    const int32_t *bias = nullptr;       // 8-bit: [block][lane of the block]
    int32_t *sums = nullptr;             // per channel
    int64_t sums_step = 0;               // elements from one output's to the next one's; 8-bit: whole blocks
    bool flip = false;
    Finish finish;  // 8-bit; the multipliers lie as the bias does
};

struct ProductKernels {
    int operand_bytes;     // 1 or 2
    bool operands_signed;  // as the instruction reads them
    int64_t lanes;         // 32-bit elements of a vector
    int vectors;           // of a block of output channels, at most
    void (*convolve)(const ConvolutionTile &tile);
    void (*depthwise)(const DepthwiseRun &run);
    bool finishes = false;  // sums in registers, where a tile says how; 8-bit depthwise ones always can

    int64_t block() const { return lanes * vectors; }
    bool narrow(int of_vectors) const { return of_vectors <= vectors / 2; }  // kNarrowOutputs of them have registers
    int64_t word_operands() const { return kWordBytes / operand_bytes; }
};

// 8-bit depthwise operands come out of byte interleaving, which works inside 16 bytes, so the channels of a block of four vectors have an order
// of their own there: which lane of the block a channel is.
inline int64_t depthwise_lane(int64_t lanes, int64_t channel)
{
    const int64_t within = channel % (4 * lanes);
    return within % 16 / 4 * lanes + within / 16 * 4 + within % 4;
}

// Sums of several outputs on their way to memory. Steps are in elements.
struct SumsTile {
    const int32_t *sums = nullptr;  // padded to whole vectors
    int64_t sums_step = 0;
    int64_t outputs = 0, channels = 0;
    uint8_t *stored = nullptr;
    const uint8_t *addend = nullptr;
    int64_t stored_step = 0;  // of the addend as well
};

// As the bytes of stored values.
struct StoredBounds {
    uint8_t low, high;
};

struct IntegerKernels {
    const char *name;
    const ProductKernels *bytes;  // null where no instruction multiplies bytes exactly
    const ProductKernels *halves;
    void (*finish_half_even)(const SumsTile &tile, const HalfEven &rule);
    void (*finish_added)(const SumsTile &tile, const HalfEven &rule, const Addition &addition);
    void (*finish_fixed)(const SumsTile &tile, const FixedPoint &rule);
    void (*finish_fixed_added)(const SumsTile &tile, const FixedPoint &rule, const FixedAddition &addition);
    // stored[i] = clamp(the largest taps[t][i], low, high), of values that are signed or not. At least one tap; stored may be one of them.
    void (*maximum)(const uint8_t *const *taps, int64_t tap_count, int64_t count, bool is_signed, StoredBounds bounds, uint8_t *stored);
    // wide[i] = stored[i] - zero_point, where stored is signed or not
    void (*widen)(const uint8_t *stored, int64_t count, bool is_signed, int32_t zero_point, int16_t *wide);
    // pixels[3 * i + p] = planes[p * plane_step + i]
    void (*interleave3)(const uint8_t *planes, int64_t plane_step, int64_t count, uint8_t *pixels);
    bool only_depthwise = false;  // others are faster with 16-bit operands than with bytes
};

// The widest set that the processor has and oneDNN's cap (DNNL_MAX_CPU_ISA) admits.
const IntegerKernels &integer_kernels();

const IntegerKernels &integer_kernels_base();
#if defined(__x86_64__)
const IntegerKernels &integer_kernels_avx2();
const IntegerKernels &integer_kernels_avx2_vnni();
const IntegerKernels &integer_kernels_avx512();
const IntegerKernels &integer_kernels_avx512_vnni();
#elif defined(__aarch64__)
const IntegerKernels &integer_kernels_dotprod();
#endif

}  // namespace accel::cpu
