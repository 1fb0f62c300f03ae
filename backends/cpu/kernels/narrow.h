// SPDX-License-Identifier: MIT
// Element types for storage, of a byte and less: conversions alone know them. One of less than a byte has a byte of its own here.
#pragma once

#include "number.h"

#include <algorithm>
#include <cmath>

namespace accel::cpu {

// A sign, then fields of exponent and fraction.
struct SmallForm {
    uint32_t exponent_bits, fraction_bits, bias;
    uint8_t largest;  // without the sign
    uint8_t nan;      // what a NaN becomes; of a form without one, 0
    bool infinite;    // the largest exponent is that of infinity and NaN
    bool signed_zero;
};

template <uint32_t Type> inline constexpr SmallForm kSmallForm{};
template <> inline constexpr SmallForm kSmallForm<ACCEL_TYPE_F8E4M3FN>{4, 3, 7, 0x7e, 0x7f, false, true};
template <> inline constexpr SmallForm kSmallForm<ACCEL_TYPE_F8E4M3FNUZ>{4, 3, 8, 0x7f, 0x80, false, false};
template <> inline constexpr SmallForm kSmallForm<ACCEL_TYPE_F8E5M2>{5, 2, 15, 0x7b, 0x7e, true, true};
template <> inline constexpr SmallForm kSmallForm<ACCEL_TYPE_F8E5M2FNUZ>{5, 2, 16, 0x7f, 0x80, false, false};
template <> inline constexpr SmallForm kSmallForm<ACCEL_TYPE_F4E2M1>{2, 1, 1, 7, 0, false, true};

template <uint32_t Type> struct SmallFloat {
    static constexpr SmallForm kForm = kSmallForm<Type>;
    static constexpr uint32_t kSign = 1u << (kForm.exponent_bits + kForm.fraction_bits), kShift = 23 - kForm.fraction_bits;
    uint8_t bits;

    SmallFloat() = default;
    // To nearest, halves to even; what is too large, infinity too, becomes the largest number.
    explicit SmallFloat(float value)
    {
        const uint32_t whole = bits_of_float(value), size = whole & 0x7fffffff;
        uint32_t made;
        if (size > 0x7f800000) {
            bits = kForm.nan;
            return;
        }
        if (size >= (128 - kForm.bias) << 23)
            made = ((size + (1u << (kShift - 1)) - 1 + (size >> kShift & 1)) >> kShift) - ((127 - kForm.bias) << kForm.fraction_bits);
        else
            made = static_cast<uint32_t>(std::nearbyint(std::ldexp(float_of_bits(size), static_cast<int>(kForm.bias + kForm.fraction_bits) - 1)));
        made = std::min<uint32_t>(made, kForm.largest);
        bits = static_cast<uint8_t>(made | ((made != 0 || kForm.signed_zero) && whole >> 31 != 0 ? kSign : 0));
    }
    operator float() const
    {
        constexpr uint32_t kNan = 0x7fc00000, kInfinity = 0x7f800000;
        const uint32_t sign = (bits & kSign) != 0 ? 0x80000000 : 0, rest = bits & (kSign - 1), exponent = rest >> kForm.fraction_bits;
        if (kForm.infinite && rest > kForm.largest)
            return float_of_bits(sign | (rest == kForm.largest + 1u ? kInfinity : kNan));
        if (kForm.signed_zero ? rest > kForm.largest : bits == kSign)
            return float_of_bits(kNan);
        if (exponent != 0)
            return float_of_bits(sign | ((rest << kShift) + ((127 - kForm.bias) << 23)));
        const float size = std::ldexp(static_cast<float>(rest), 1 - static_cast<int>(kForm.bias + kForm.fraction_bits));
        return sign != 0 ? -size : size;
    }
};

// A power of two, without a sign.
struct PowerOfTwo {
    uint8_t bits;

    PowerOfTwo() = default;
    // Of the size, the next power above; of 0 and what is less than the least, the least. Infinity has none.
    explicit PowerOfTwo(float value)
    {
        constexpr uint32_t kLeast = 0x00400000;  // 2^-127, which binary32 has as a subnormal number
        const uint32_t size = bits_of_float(value) & 0x7fffffff;
        if (size >= 0x7f800000)
            bits = 0xff;
        else
            bits = static_cast<uint8_t>(size <= kLeast ? 0 : std::min<uint32_t>((size + 0x7fffff) >> 23, 0xfe));
    }
    operator float() const { return float_of_bits(bits == 0xff ? 0x7fc00000 : bits == 0 ? 0x00400000
                                                                                        : static_cast<uint32_t>(bits) << 23); }
};

// The low bits of a whole number, in a byte that holds the value.
template <uint32_t Type> struct FewBits {
    static constexpr bool kSigned = Type == ACCEL_TYPE_I4 || Type == ACCEL_TYPE_I2;
    static constexpr int kSign = Type == ACCEL_TYPE_I4 || Type == ACCEL_TYPE_U4 ? 8 : 2;
    uint8_t byte;

    FewBits() = default;
    explicit FewBits(int32_t value)
    {
        const int low = value & (2 * kSign - 1);
        byte = static_cast<uint8_t>(kSigned ? (low ^ kSign) - kSign : low);
    }
};

template <uint32_t Type> struct ComputedIn<SmallFloat<Type>> {
    using type = float;
};
template <> struct ComputedIn<PowerOfTwo> {
    using type = float;
};

template <uint32_t Type> inline constexpr uint32_t kTypeNumber<SmallFloat<Type>> = Type;
template <> inline constexpr uint32_t kTypeNumber<PowerOfTwo> = ACCEL_TYPE_F8E8M0;
template <uint32_t Type> inline constexpr uint32_t kTypeNumber<FewBits<Type>> = Type;

}  // namespace accel::cpu
