// SPDX-License-Identifier: MIT
// Fixed-point forms of real scales, and the two ways accelerators round with them.
//
// Pure functions. A real multiplier r is held as scale * 2^-shift with scale in
// [2^30, 2^31), the form used by TFLite's kernels and by several NPUs' registers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace accel::quant {

struct Multiplier {
    uint32_t scale = 0;
    int shift = 0;

    bool operator==(const Multiplier &) const = default;
};

struct Range {
    int32_t min = 0;
    int32_t max = 0;

    bool operator==(const Range &) const = default;
    bool contains(int32_t value) const { return value >= min && value <= max; }
};

inline constexpr Range kInt8Range{-128, 127};
inline constexpr Range kUint8Range{0, 255};

// Nearest fixed-point form of `real`, mantissa rounded half away from zero.
// Below 2^-32 the result is {0, 31}, which multiplies everything to zero as
// TFLite does. Nothing for negative, non-finite, or too large (>= 2^31) reals.
std::optional<Multiplier> quantise(double real);

// value * multiplier, rounded twice: half away from zero (up to sign) after the
// 31-bit high multiply, then half away from zero at the remaining shift.
// Bit-exact with TFLite's MultiplyByQuantizedMultiplier (double rounding).
int32_t requantise_double_rounding(int64_t value, Multiplier multiplier);

// floor(value * multiplier + 1/2), rounded once.
int32_t requantise_natural(int64_t value, Multiplier multiplier);

// round(real / scale) + zero_point, half away from zero, held inside `range`.
int32_t quantise_value(double real, double scale, int32_t zero_point, Range range);

// bias - zero_point * sum(weights): what a device without an input zero point
// must add instead. Nothing when the sum leaves int32.
std::optional<int32_t> fold_input_zero_point(int32_t bias, std::span<const int16_t> weights, int32_t zero_point);

}  // namespace accel::quant
