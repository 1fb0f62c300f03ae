// SPDX-License-Identifier: MIT
// Reads and writes elements by type.
#include "elements.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace accel::tool {
namespace {

template <class T> T stored(const Dense &dense, size_t index)
{
    T value;
    std::memcpy(&value, &dense[index * sizeof(T)], sizeof(T));
    return value;
}

template <class T> void store(Dense &dense, size_t index, T value) { std::memcpy(&dense[index * sizeof(T)], &value, sizeof(T)); }

/// IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits.
double half(uint16_t bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    const double size = exponent == 31 ? (fraction ? NAN : INFINITY) : exponent ? std::ldexp(1024 + fraction, exponent - 25)
                                                                                : std::ldexp(fraction, -24);
    return bits >> 15 ? -size : size;
}

uint16_t half_bits(double value)
{
    const auto sign = static_cast<uint16_t>(std::signbit(value) ? 0x8000 : 0);
    const double size = std::fabs(value);
    if (std::isnan(value)) return 0x7e00;
    if (size >= 65520) return sign | 0x7c00;
    if (size < std::ldexp(1, -14)) return static_cast<uint16_t>(sign | static_cast<int>(std::nearbyint(std::ldexp(size, 24))));
    const int exponent = std::ilogb(size);
    // A fraction that is rounded up to 2048 carries into the exponent.
    return static_cast<uint16_t>(sign | (((exponent + 15) << 10) + static_cast<int>(std::nearbyint(std::ldexp(size, 10 - exponent))) - 1024));
}

double wide(uint16_t bits)
{
    const uint32_t word = uint32_t{bits} << 16;
    float value;
    std::memcpy(&value, &word, 4);
    return static_cast<double>(value);
}

uint16_t brain_bits(double value)
{
    const auto real = static_cast<float>(value);
    uint32_t word;
    std::memcpy(&word, &real, 4);
    if (std::isnan(value)) return 0x7fc0;
    return static_cast<uint16_t>((word + 0x7fff + (word >> 16 & 1)) >> 16);
}

/// Calls with a value of the C++ type that an integer type has.
template <class Call> auto with_integer(uint32_t type, const Call &call)
{
    switch (type) {
    case ACCEL_TYPE_I8: return call(int8_t{});
    case ACCEL_TYPE_I16: return call(int16_t{});
    case ACCEL_TYPE_U16: return call(uint16_t{});
    case ACCEL_TYPE_I32: return call(int32_t{});
    case ACCEL_TYPE_U32: return call(uint32_t{});
    case ACCEL_TYPE_I64: return call(int64_t{});
    case ACCEL_TYPE_U64: return call(uint64_t{});
    default: return call(uint8_t{});
    }
}

/// A sign, then fields of exponent and fraction.
struct FloatForm {
    uint32_t exponent_bits, fraction_bits;
    int bias;
    enum { kInfinities,  ///< the largest exponent is that of infinity and NaN
           kOneNan,      ///< all bits but the sign set is NaN
           kNanIsMinusZero,
           kFinite } specials;
};

double small_real(uint32_t bits, const FloatForm &form)
{
    const uint32_t fraction_mask = (1u << form.fraction_bits) - 1, exponent_mask = (1u << form.exponent_bits) - 1, sign = 1u << (form.exponent_bits + form.fraction_bits);
    const uint32_t exponent = bits >> form.fraction_bits & exponent_mask, fraction = bits & fraction_mask;
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    if (form.specials == FloatForm::kNanIsMinusZero && bits == sign) return kNan;
    if (form.specials == FloatForm::kOneNan && (bits & (sign - 1)) == sign - 1) return kNan;
    double value = std::ldexp(exponent ? fraction + fraction_mask + 1 : fraction, static_cast<int>(std::max(exponent, 1u) - form.fraction_bits) - form.bias);
    if (form.specials == FloatForm::kInfinities && exponent == exponent_mask) value = fraction ? kNan : std::numeric_limits<double>::infinity();
    return bits & sign ? -value : value;
}

int whole(uint32_t bits, uint32_t width, bool is_signed)
{
    const int sign = 1 << (width - 1), value = static_cast<int>(bits & ((1u << width) - 1));
    return is_signed ? (value ^ sign) - sign : value;
}

double small(uint32_t type, uint8_t bits)
{
    switch (type) {
    case ACCEL_TYPE_F8E4M3FN: return small_real(bits, {4, 3, 7, FloatForm::kOneNan});
    case ACCEL_TYPE_F8E4M3FNUZ: return small_real(bits, {4, 3, 8, FloatForm::kNanIsMinusZero});
    case ACCEL_TYPE_F8E5M2: return small_real(bits, {5, 2, 15, FloatForm::kInfinities});
    case ACCEL_TYPE_F8E5M2FNUZ: return small_real(bits, {5, 2, 16, FloatForm::kNanIsMinusZero});
    case ACCEL_TYPE_F4E2M1: return small_real(bits & 15u, {2, 1, 1, FloatForm::kFinite});
    case ACCEL_TYPE_F8E8M0: return bits == 0xff ? std::numeric_limits<double>::quiet_NaN() : std::ldexp(1.0, bits - 127);
    case ACCEL_TYPE_I4:
    case ACCEL_TYPE_U4:
    case ACCEL_TYPE_I2:
    case ACCEL_TYPE_U2: return whole(bits, accel_type_bits(type), type == ACCEL_TYPE_I4 || type == ACCEL_TYPE_I2);
    default: return 0;
    }
}

}  // namespace

Numbers numbers_of(uint32_t type)
{
    switch (type) {
    case ACCEL_TYPE_F32:
    case ACCEL_TYPE_F64:
    case ACCEL_TYPE_F16:
    case ACCEL_TYPE_BF16: return Numbers::Reals;
    case ACCEL_TYPE_I8:
    case ACCEL_TYPE_U8:
    case ACCEL_TYPE_BOOL:
    case ACCEL_TYPE_I16:
    case ACCEL_TYPE_U16:
    case ACCEL_TYPE_I32:
    case ACCEL_TYPE_U32:
    case ACCEL_TYPE_I64:
    case ACCEL_TYPE_U64: return Numbers::Integers;
    default: return Numbers::Bits;
    }
}

double element(uint32_t type, const Dense &dense, size_t index)
{
    switch (type) {
    case ACCEL_TYPE_F32: return static_cast<double>(stored<float>(dense, index));
    case ACCEL_TYPE_F64: return stored<double>(dense, index);
    case ACCEL_TYPE_F16: return half(stored<uint16_t>(dense, index));
    case ACCEL_TYPE_BF16: return wide(stored<uint16_t>(dense, index));
    case ACCEL_TYPE_C64: return static_cast<double>(stored<float>(dense, index * 2));
    case ACCEL_TYPE_C128: return stored<double>(dense, index * 2);
    default: break;
    }
    if (numbers_of(type) == Numbers::Bits) return small(type, stored<uint8_t>(dense, index));
    return with_integer(type, [&](auto like) { return static_cast<double>(stored<decltype(like)>(dense, index)); });
}

uint64_t integer_distance(uint32_t type, const Dense &a, const Dense &b, size_t index)
{
    return with_integer(type, [&](auto like) {
        const auto one = stored<decltype(like)>(a, index), other = stored<decltype(like)>(b, index);
        return one > other ? static_cast<uint64_t>(one) - static_cast<uint64_t>(other) : static_cast<uint64_t>(other) - static_cast<uint64_t>(one);
    });
}

void store_element(uint32_t type, Dense &dense, size_t index, double value)
{
    switch (type) {
    case ACCEL_TYPE_F32: return store(dense, index, static_cast<float>(value));
    case ACCEL_TYPE_F64: return store(dense, index, value);
    case ACCEL_TYPE_F16: return store(dense, index, half_bits(value));
    case ACCEL_TYPE_BF16: return store(dense, index, brain_bits(value));
    default: return with_integer(type, [&](auto like) { store(dense, index, static_cast<decltype(like)>(value)); });
    }
}

}  // namespace accel::tool
