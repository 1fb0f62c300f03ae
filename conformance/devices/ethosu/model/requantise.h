// SPDX-License-Identifier: MIT
//
// From accumulator to output element: multiplier and shift with the three rounding modes of the hardware.
#pragma once

#include <cstdint>

namespace accel::devices::ethosu {

enum class Rounding : uint8_t {
    Tfl = 0,       // TensorFlow Lite: to 31 fractional bits half up, then the rest half away from zero
    Truncate = 1,  // towards zero
    Natural = 2,   // half up
};

struct Scale {
    uint32_t multiplier = 1;
    uint32_t shift = 0;
};

using Wide = __int128;

inline int64_t shift_half_up(Wide value, uint32_t shift)
{
    if (shift == 0) return static_cast<int64_t>(value);
    return static_cast<int64_t>((value + (Wide{1} << (shift - 1))) >> shift);
}

inline int64_t shift_half_away(Wide value, uint32_t shift)
{
    if (shift == 0) return static_cast<int64_t>(value);
    const Wide magnitude = ((value < 0 ? -value : value) + (Wide{1} << (shift - 1))) >> shift;
    return static_cast<int64_t>(value < 0 ? -magnitude : magnitude);
}

inline int64_t shift_towards_zero(Wide value, uint32_t shift)
{
    const Wide magnitude = (value < 0 ? -value : value) >> shift;
    return static_cast<int64_t>(value < 0 ? -magnitude : magnitude);
}

/// value * multiplier / 2^shift. Tfl is TensorFlow Lite's MultiplyByQuantizedMultiplier: a rounding doubling high
/// multiplication by a 31-bit fraction, then a rounding division by a power of two.
inline int64_t rescale(int64_t value, Scale scale, Rounding rounding)
{
    constexpr uint32_t kFractionBits = 31;
    const Wide product = static_cast<Wide>(value) * scale.multiplier;
    if (rounding == Rounding::Truncate) return shift_towards_zero(product, scale.shift);
    if (rounding == Rounding::Natural || scale.shift <= kFractionBits) return shift_half_up(product, scale.shift);
    return shift_half_away(shift_half_up(product, kFractionBits), scale.shift - kFractionBits);
}

}  // namespace accel::devices::ethosu
