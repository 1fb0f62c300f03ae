// SPDX-License-Identifier: MIT
// Element types as C++ types, and what each is computed in: 16-bit reals in binary32, rounded once per operation.
#pragma once

#include <accel/catalog.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace accel::cpu {

inline uint32_t bits_of_float(float value)
{
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
}

inline float float_of_bits(uint32_t bits)
{
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// IEEE binary16.
struct Half {
    uint16_t bits;

    Half() = default;
    // To nearest, halves to even; what is too large is infinite.
    explicit Half(float value)
    {
        constexpr uint32_t kInfinity = 0x7f800000, kTooLarge = 0x47800000, kNormal = 0x38800000;  // inf, 2^16, 2^-14
        const uint32_t whole = bits_of_float(value), size = whole & 0x7fffffff;
        uint32_t made;
        if (size >= kTooLarge)
            made = size > kInfinity ? 0x7e00 : 0x7c00;
        else if (size < kNormal)
            made = bits_of_float(float_of_bits(size) + 0.5f) - 0x3f000000;  // whose last bit is that of a subnormal number here
        else
            made = (size - 0x38000000 + 0xfff + (size >> 13 & 1)) >> 13;
        bits = static_cast<uint16_t>(made | (whole >> 16 & 0x8000));
    }
    operator float() const
    {
        const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16, rest = static_cast<uint32_t>(bits & 0x7fff) << 13;
        const uint32_t ends = (bits & 0x7c00) == 0x7c00 ? rest | 0x7f800000 : bits_of_float(float_of_bits(rest) * 0x1p112f);
        return float_of_bits(ends | sign);
    }
};

// The upper half of a binary32 number.
struct Brain {
    uint16_t bits;

    Brain() = default;
    explicit Brain(float value)
    {
        const uint32_t whole = bits_of_float(value);
        bits = static_cast<uint16_t>(value == value ? (whole + 0x7fff + (whole >> 16 & 1)) >> 16 : whole >> 16 | 0x40);
    }
    operator float() const { return float_of_bits(static_cast<uint32_t>(bits) << 16); }
};

// A byte that comes from outside may be more than 0 or 1.
struct Truth {
    uint8_t byte;

    Truth() = default;
    explicit Truth(bool value) : byte(value) {}
    operator bool() const { return byte != 0; }
};

template <typename T> struct ComputedIn {
    using type = T;
};
template <> struct ComputedIn<Half> {
    using type = float;
};
template <> struct ComputedIn<Brain> {
    using type = float;
};
template <> struct ComputedIn<Truth> {
    using type = bool;
};
template <typename T> using Wide = typename ComputedIn<T>::type;

// Of an element type, its number in the catalog.
template <typename T> inline constexpr uint32_t kTypeNumber = 0;
template <> inline constexpr uint32_t kTypeNumber<float> = ACCEL_TYPE_F32;
template <> inline constexpr uint32_t kTypeNumber<double> = ACCEL_TYPE_F64;
template <> inline constexpr uint32_t kTypeNumber<Half> = ACCEL_TYPE_F16;
template <> inline constexpr uint32_t kTypeNumber<Brain> = ACCEL_TYPE_BF16;
template <> inline constexpr uint32_t kTypeNumber<int8_t> = ACCEL_TYPE_I8;
template <> inline constexpr uint32_t kTypeNumber<uint8_t> = ACCEL_TYPE_U8;
template <> inline constexpr uint32_t kTypeNumber<int16_t> = ACCEL_TYPE_I16;
template <> inline constexpr uint32_t kTypeNumber<uint16_t> = ACCEL_TYPE_U16;
template <> inline constexpr uint32_t kTypeNumber<int32_t> = ACCEL_TYPE_I32;
template <> inline constexpr uint32_t kTypeNumber<uint32_t> = ACCEL_TYPE_U32;
template <> inline constexpr uint32_t kTypeNumber<int64_t> = ACCEL_TYPE_I64;
template <> inline constexpr uint32_t kTypeNumber<uint64_t> = ACCEL_TYPE_U64;
template <> inline constexpr uint32_t kTypeNumber<Truth> = ACCEL_TYPE_BOOL;

template <typename... T> struct Types {};
using Reals = Types<float, double, Half, Brain>;
using Integers = Types<int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t>;
using Signed = Types<float, double, Half, Brain, int8_t, int16_t, int32_t, int64_t>;
using Numbers = Types<float, double, Half, Brain, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t>;
using Elements = Types<float, double, Half, Brain, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t, Truth>;

// Where sums and products of whole numbers wrap.
template <typename T> using Wrapping = std::conditional_t<(sizeof(T) < 4), uint32_t, std::make_unsigned_t<T>>;

}  // namespace accel::cpu
