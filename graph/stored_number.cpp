// SPDX-License-Identifier: MIT
// Reads one stored number of any element type.
#include "stored_number.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace accel::graph {

namespace {

template <class Stored> Stored at(const void *array, uint64_t index)
{
    Stored stored;
    std::memcpy(&stored, static_cast<const char *>(array) + index * sizeof stored, sizeof stored);
    return stored;
}

double half(uint16_t bits)
{
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = std::ldexp(exponent ? 1024 + fraction : fraction, exponent ? exponent - 25 : -24);
    if (exponent == 31) value = fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
    return bits & 0x8000 ? -value : value;
}

double brain_float(uint16_t bits)
{
    const uint32_t wide = uint32_t{bits} << 16;
    float value;
    std::memcpy(&value, &wide, sizeof value);
    return value;
}

double power_of_two(uint8_t bits) { return bits == 0xff ? std::numeric_limits<double>::quiet_NaN() : std::ldexp(1.0, bits - 127); }

int32_t packed(const void *array, uint64_t index, uint32_t bits, bool is_signed)
{
    const uint64_t place = index * bits;
    const auto byte = at<uint8_t>(array, place / 8);
    const int32_t value = byte >> place % 8 & ((1 << bits) - 1), sign = 1 << (bits - 1);
    return is_signed ? (value ^ sign) - sign : value;
}

}  // namespace

std::optional<IntegerRange> integer_range(uint32_t type)
{
    switch (type) {
    case ACCEL_TYPE_I2: return IntegerRange{-2, 1};
    case ACCEL_TYPE_U2: return IntegerRange{0, 3};
    case ACCEL_TYPE_I4: return IntegerRange{-8, 7};
    case ACCEL_TYPE_U4: return IntegerRange{0, 15};
    case ACCEL_TYPE_I8: return IntegerRange{INT8_MIN, INT8_MAX};
    case ACCEL_TYPE_U8: return IntegerRange{0, UINT8_MAX};
    case ACCEL_TYPE_I16: return IntegerRange{INT16_MIN, INT16_MAX};
    case ACCEL_TYPE_U16: return IntegerRange{0, UINT16_MAX};
    case ACCEL_TYPE_I32: return IntegerRange{INT32_MIN, INT32_MAX};
    default: return std::nullopt;
    }
}

bool is_small_float(uint32_t type)
{
    switch (type) {
    case ACCEL_TYPE_F8E4M3FN:
    case ACCEL_TYPE_F8E4M3FNUZ:
    case ACCEL_TYPE_F8E5M2:
    case ACCEL_TYPE_F8E5M2FNUZ:
    case ACCEL_TYPE_F4E2M1: return true;
    default: return false;
    }
}

bool is_scale_type(uint32_t type)
{
    return type == ACCEL_TYPE_F32 || type == ACCEL_TYPE_F16 || type == ACCEL_TYPE_BF16 || type == ACCEL_TYPE_F64 || type == ACCEL_TYPE_F8E8M0;
}

double stored_scale(uint32_t type, const void *array, uint64_t index)
{
    switch (type) {
    case ACCEL_TYPE_F16: return half(at<uint16_t>(array, index));
    case ACCEL_TYPE_BF16: return brain_float(at<uint16_t>(array, index));
    case ACCEL_TYPE_F64: return at<double>(array, index);
    case ACCEL_TYPE_F8E8M0: return power_of_two(at<uint8_t>(array, index));
    default: return at<float>(array, index);
    }
}

int32_t stored_integer(uint32_t type, const void *array, uint64_t index)
{
    switch (type) {
    case ACCEL_TYPE_I2: return packed(array, index, 2, true);
    case ACCEL_TYPE_U2: return packed(array, index, 2, false);
    case ACCEL_TYPE_I4: return packed(array, index, 4, true);
    case ACCEL_TYPE_U4: return packed(array, index, 4, false);
    case ACCEL_TYPE_I8: return at<int8_t>(array, index);
    case ACCEL_TYPE_U8: return at<uint8_t>(array, index);
    case ACCEL_TYPE_I16: return at<int16_t>(array, index);
    case ACCEL_TYPE_U16: return at<uint16_t>(array, index);
    default: return at<int32_t>(array, index);
    }
}

}  // namespace accel::graph
