// SPDX-License-Identifier: MIT
// The arithmetic of fixed-point multipliers and their roundings.
#include "quant/quant.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace accel::quant {
namespace {

constexpr int kMantissaBits = 31;

int32_t saturate(int64_t value)
{
    return static_cast<int32_t>(std::clamp<int64_t>(value, std::numeric_limits<int32_t>::min(), std::numeric_limits<int32_t>::max()));
}

// High half of the doubled product; the nudge and the truncating division make
// ties go up in magnitude for positive and toward +inf for negative products.
int64_t rounding_doubling_high_multiply(int64_t value, uint32_t scale)
{
    const __int128 product = static_cast<__int128>(value) * scale;
    const int64_t half = int64_t{1} << (kMantissaBits - 1);
    const int64_t nudge = product >= 0 ? half : 1 - half;
    return static_cast<int64_t>((product + nudge) / (int64_t{1} << kMantissaBits));
}

int64_t rounding_divide_by_power_of_two(int64_t value, int exponent)
{
    if (exponent == 0)
        return value;
    if (exponent > 62)
        return 0;
    const int64_t mask = (int64_t{1} << exponent) - 1;
    const int64_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
    return (value >> exponent) + ((value & mask) > threshold ? 1 : 0);
}

}  // namespace

std::optional<Multiplier> quantise(double real)
{
    if (!std::isfinite(real) || real < 0)
        return std::nullopt;
    if (real == 0)
        return Multiplier{0, kMantissaBits};

    int exponent = 0;
    const double mantissa = std::frexp(real, &exponent);
    auto scale = static_cast<int64_t>(std::round(std::ldexp(mantissa, kMantissaBits)));
    if (scale == int64_t{1} << kMantissaBits) {
        scale /= 2;
        ++exponent;
    }
    if (exponent > kMantissaBits - 1)
        return std::nullopt;
    if (exponent < -kMantissaBits)
        return Multiplier{0, kMantissaBits};
    return Multiplier{static_cast<uint32_t>(scale), kMantissaBits - exponent};
}

int32_t requantise_double_rounding(int64_t value, Multiplier multiplier)
{
    const int left = std::max(kMantissaBits - multiplier.shift, 0);
    const int right = std::max(multiplier.shift - kMantissaBits, 0);
    const int64_t shifted = value * (int64_t{1} << left);
    const int64_t high = rounding_doubling_high_multiply(shifted, multiplier.scale);
    return saturate(rounding_divide_by_power_of_two(high, right));
}

int32_t requantise_natural(int64_t value, Multiplier multiplier)
{
    const __int128 product = static_cast<__int128>(value) * multiplier.scale;
    if (multiplier.shift == 0)
        return saturate(static_cast<int64_t>(product));
    const __int128 half = static_cast<__int128>(1) << (multiplier.shift - 1);
    return saturate(static_cast<int64_t>((product + half) >> multiplier.shift));
}

int32_t quantise_value(double real, double scale, int32_t zero_point, Range range)
{
    const double quantised = std::round(real / scale) + zero_point;
    if (std::isnan(quantised))
        return range.min;
    return static_cast<int32_t>(std::clamp<double>(quantised, range.min, range.max));
}

std::optional<int32_t> fold_input_zero_point(int32_t bias, std::span<const int16_t> weights, int32_t zero_point)
{
    int64_t sum = 0;
    for (const int16_t weight : weights)
        sum += weight;
    const __int128 folded = static_cast<__int128>(bias) - static_cast<__int128>(sum) * zero_point;
    if (folded < std::numeric_limits<int32_t>::min() || folded > std::numeric_limits<int32_t>::max())
        return std::nullopt;
    return static_cast<int32_t>(folded);
}

}  // namespace accel::quant
