// SPDX-License-Identifier: MIT
// Rounds exact sums to stored values, in the three ways of the catalog.
#include "requantise.h"

#include <algorithm>
#include <cmath>

namespace accel::conformance {
namespace {

using Wide = __int128;

/// A multiplier as a fraction of 31 bits and a power of two: value = fraction * 2^(exponent - 31).
struct Fixed {
    int64_t fraction = 0;
    int exponent = 0;
};

Fixed to_fixed(double multiplier)
{
    Fixed fixed;
    const double mantissa = std::frexp(multiplier, &fixed.exponent);
    fixed.fraction = std::llround(mantissa * 2147483648.0);
    if (fixed.fraction == int64_t{1} << 31) {
        fixed.fraction /= 2;
        ++fixed.exponent;
    }
    return fixed;
}

/// a * b / 2^31 with halves away from zero on the positive side and toward zero's neighbour on the negative, then truncated.
int64_t high_multiply(int64_t a, int64_t b)
{
    if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
    const Wide product = Wide{a} * b;
    const Wide nudge = product >= 0 ? Wide{1} << 30 : 1 - (Wide{1} << 30);
    return static_cast<int64_t>((product + nudge) / (Wide{1} << 31));
}

int64_t divide_by_power(int64_t value, int power)
{
    const int64_t mask = (int64_t{1} << power) - 1;
    const int64_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
    return (value >> power) + ((value & mask) > threshold ? 1 : 0);
}

int64_t twice_rounded(int64_t sum, const Fixed &fixed)
{
    const int left = std::max(fixed.exponent, 0), right = std::min(std::max(-fixed.exponent, 0), 62);
    return divide_by_power(high_multiply(sum * (int64_t{1} << left), fixed.fraction), right);
}

int64_t twice_rounded(int64_t sum, double multiplier) { return twice_rounded(sum, to_fixed(multiplier)); }

int64_t once_rounded(int64_t sum, double multiplier)
{
    const Fixed fixed = to_fixed(multiplier);
    const int shift = 31 - fixed.exponent;
    const Wide product = Wide{sum} * fixed.fraction;
    if (shift <= 0) return static_cast<int64_t>(product << -shift);
    if (shift > 100) return 0;
    return static_cast<int64_t>((product + (Wide{1} << (shift - 1))) >> shift);
}

int64_t float_rounded(int64_t sum, double multiplier)
{
    const float real = static_cast<float>(sum) * static_cast<float>(multiplier);
    return static_cast<int64_t>(std::clamp(std::nearbyint(real), -1e9f, 1e9f));
}

int32_t into(int64_t value, StoredRange range) { return static_cast<int32_t>(std::clamp<int64_t>(value, range.low, range.high)); }

int32_t quantise_binary(float real, const StoredType &type, StoredRange range) { return quantise_real(real, static_cast<float>(type.scale), type.zero_point, range); }

float real_of(int32_t stored, const StoredType &type) { return static_cast<float>(stored - type.zero_point) * static_cast<float>(type.scale); }

int64_t divide_away(int64_t sum, int64_t count) { return sum >= 0 ? (sum + count / 2) / count : (sum - count / 2) / count; }

}  // namespace

int32_t requantise(int64_t sum, double multiplier, accel_rounding rounding, int32_t zero_point, StoredRange range)
{
    const int64_t scaled = rounding == ACCEL_ROUNDING_TFLITE    ? twice_rounded(sum, multiplier)
                           : rounding == ACCEL_ROUNDING_NATURAL ? once_rounded(sum, multiplier)
                                                                : float_rounded(sum, multiplier);
    return into(scaled + zero_point, range);
}

int32_t add_stored(int32_t a, const StoredType &type_a, int32_t b, const StoredType &type_b, int sign, const StoredType &type_y, accel_rounding rounding, StoredRange range)
{
    if (rounding == ACCEL_ROUNDING_HALF_EVEN) {
        const float left = real_of(a, type_a), right = real_of(b, type_b);
        return quantise_binary(sign > 0 ? left + right : left - right, type_y, range);
    }
    const double twice = 2 * std::max(type_a.scale, type_b.scale);
    const int64_t left = twice_rounded(int64_t{a - type_a.zero_point} << 20, type_a.scale / twice);
    const int64_t right = twice_rounded(int64_t{b - type_b.zero_point} << 20, type_b.scale / twice);
    return into(twice_rounded(left + sign * right, twice / (1048576.0 * type_y.scale)) + type_y.zero_point, range);
}

int32_t multiply_stored(int32_t a, const StoredType &type_a, int32_t b, const StoredType &type_b, const StoredType &type_y, accel_rounding rounding, StoredRange range)
{
    if (rounding == ACCEL_ROUNDING_HALF_EVEN) return quantise_binary(real_of(a, type_a) * real_of(b, type_b), type_y, range);
    return requantise(int64_t{a - type_a.zero_point} * (b - type_b.zero_point), type_a.scale * type_b.scale / type_y.scale, rounding, type_y.zero_point, range);
}

int32_t average_stored(int64_t sum, int64_t count, const StoredType &type_x, const StoredType &type_y, accel_rounding rounding, StoredRange range)
{
    if (rounding == ACCEL_ROUNDING_TFLITE && type_x.scale == type_y.scale && type_x.zero_point == type_y.zero_point) return into(divide_away(sum, count), range);
    return requantise(sum - count * type_x.zero_point, type_x.scale / (static_cast<double>(count) * type_y.scale), rounding, type_y.zero_point, range);
}

int32_t reduced_mean_stored(int64_t sum, int64_t count, const StoredType &type_x, const StoredType &type_y, accel_rounding rounding, StoredRange range)
{
    const int64_t centred = sum - count * type_x.zero_point;
    if (rounding != ACCEL_ROUNDING_TFLITE)
        return requantise(centred, type_x.scale / (static_cast<double>(count) * type_y.scale), rounding, type_y.zero_point, range);
    Fixed fixed = to_fixed(type_x.scale / type_y.scale);
    const int shift = std::min({std::ilogb(static_cast<double>(count)), 32, 31 + fixed.exponent});
    fixed.fraction = static_cast<int64_t>((Wide{fixed.fraction} << shift) / count);
    fixed.exponent -= shift;
    return into(twice_rounded(centred, fixed) + type_y.zero_point, range);
}

int32_t quantise_real(float real, float scale, int32_t zero_point, StoredRange range)
{
    return into(static_cast<int64_t>(std::clamp(std::nearbyint(real / scale), -1e9f, 1e9f)) + zero_point, range);
}

StoredRange clamp_range(double real_low, double real_high, const StoredType &type, accel_rounding rounding, StoredRange range)
{
    const auto rounded = [&](double value) {
        const float stored = std::clamp(static_cast<float>(value) / static_cast<float>(type.scale), -1e9f, 1e9f);
        return static_cast<int64_t>(rounding == ACCEL_ROUNDING_HALF_EVEN ? std::nearbyint(stored) : std::round(stored));
    };
    return {static_cast<int32_t>(std::max<int64_t>(range.low, type.zero_point + rounded(real_low))),
            static_cast<int32_t>(std::min<int64_t>(range.high, type.zero_point + rounded(real_high)))};
}

}  // namespace accel::conformance
