// SPDX-License-Identifier: MIT
// Elements as bytes and as numbers, and where they lie.
#include "tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "small.h"

namespace accel::conformance {
namespace {

template <class T> T element(const std::vector<char> &bytes, size_t index)
{
    T value;
    std::memcpy(&value, &bytes.at(index * sizeof(T)), sizeof(T));
    return value;
}

template <class T> void append(std::vector<char> &bytes, T value)
{
    const auto *from = reinterpret_cast<const char *>(&value);
    bytes.insert(bytes.end(), from, from + sizeof(value));
}

}  // namespace

size_t bytes_of(accel_type type) { return (accel_type_bits(type) + 7) / 8; }

RealFormat real_format(accel_type type)
{
    switch (type) {
    case ACCEL_TYPE_F32: return {24, -126, 127};
    case ACCEL_TYPE_F64: return {53, -1022, 1023};
    case ACCEL_TYPE_F16: return {11, -14, 15};
    case ACCEL_TYPE_BF16: return {8, -126, 127};
    default: return {};
    }
}

double ulp_of(accel_type type, double value)
{
    const RealFormat format = real_format(type);
    if (!std::isfinite(value)) return std::ldexp(1.0, format.largest);
    const int exponent = value == 0 ? format.smallest : std::max(std::ilogb(value), format.smallest);
    return std::ldexp(1.0, exponent - format.digits + 1);
}

double nearest(accel_type type, double value)
{
    if (!std::isfinite(value) || type == ACCEL_TYPE_F64) return value;
    const double unit = ulp_of(type, value), rounded = std::nearbyint(value / unit) * unit;
    const double beyond = std::ldexp(1.0, real_format(type).largest + 1);
    return std::fabs(rounded) >= beyond ? std::copysign(std::numeric_limits<double>::infinity(), value) : std::copysign(rounded, value);
}

double real_at(accel_type type, const std::vector<char> &bytes, size_t index)
{
    if (type == ACCEL_TYPE_F64) return element<double>(bytes, index);
    if (type == ACCEL_TYPE_F32) return static_cast<double>(element<float>(bytes, index));
    const RealFormat format = real_format(type);
    const int field_bits = format.digits - 1;
    const int bits = element<uint16_t>(bytes, index), rest = bits & 0x7fff, field = rest >> field_bits, fraction = rest & ((1 << field_bits) - 1);
    double value = std::ldexp(field == 0 ? fraction : fraction + (1 << field_bits), std::max(field, 1) - 1 + format.smallest - field_bits);
    if (field > format.largest - format.smallest + 1) value = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
    return bits & 0x8000 ? -value : value;
}

size_t element_count(const Dims &dims) { return static_cast<size_t>(std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<>())); }

std::string shape_text(const Dims &dims)
{
    if (dims.empty()) return "scalar";
    std::string text = std::to_string(dims[0]);
    for (size_t axis = 1; axis < dims.size(); ++axis) text.append("x").append(std::to_string(dims[axis]));
    return text;
}

size_t position_of(const Dims &dims, const Dims &index)
{
    int64_t position = 0;
    for (size_t axis = 0; axis < dims.size(); ++axis) position = position * dims[axis] + index[axis];
    return static_cast<size_t>(position);
}

size_t stretched_position(const Dims &operand, const Dims &index)
{
    Dims own(index.end() - static_cast<std::ptrdiff_t>(operand.size()), index.end());
    for (size_t axis = 0; axis < operand.size(); ++axis)
        if (operand[axis] == 1) own[axis] = 0;
    return position_of(operand, own);
}

Dims stretched(const Dims &a, const Dims &b)
{
    Dims dims(std::max(a.size(), b.size()), 1);
    for (size_t back = 1; back <= dims.size(); ++back) {
        const int64_t left = back <= a.size() ? a[a.size() - back] : 1, right = back <= b.size() ? b[b.size() - back] : 1;
        if (left != right && left != 1 && right != 1) throw std::runtime_error(shape_text(a) + " and " + shape_text(b) + " do not stretch to each other");
        dims[dims.size() - back] = left == 1 ? right : left;
    }
    return dims;
}

double Tensor::real(size_t index) const { return is_small(type) ? small_at(type, static_cast<uint8_t>(bytes.at(index))) : is_real(type) ? real_at(type, bytes, index)
                                                                                                                                        : static_cast<double>(number(index)); }

int64_t whole_at(accel_type type, const std::vector<char> &bytes, size_t index)
{
    switch (type) {
    case ACCEL_TYPE_I8: return element<int8_t>(bytes, index);
    case ACCEL_TYPE_I4: return element<int8_t>(bytes, index) >= 8 ? bytes[index] - 16 : bytes[index];
    case ACCEL_TYPE_I2: return element<int8_t>(bytes, index) >= 2 ? bytes[index] - 4 : bytes[index];
    case ACCEL_TYPE_U4:
    case ACCEL_TYPE_U2:
    case ACCEL_TYPE_U8:
    case ACCEL_TYPE_BOOL: return element<uint8_t>(bytes, index);
    case ACCEL_TYPE_I16: return element<int16_t>(bytes, index);
    case ACCEL_TYPE_U16: return element<uint16_t>(bytes, index);
    case ACCEL_TYPE_I32: return element<int32_t>(bytes, index);
    case ACCEL_TYPE_U32: return element<uint32_t>(bytes, index);
    case ACCEL_TYPE_I64:
    case ACCEL_TYPE_U64: return element<int64_t>(bytes, index);
    default: throw std::logic_error("an element that is no whole number");
    }
}

std::string whole_text(accel_type type, const std::vector<char> &bytes, size_t index)
{
    const int64_t value = whole_at(type, bytes, index);
    return type == ACCEL_TYPE_U64 ? std::to_string(static_cast<uint64_t>(value)) : std::to_string(value);
}

bool Tensor::all_whole() const
{
    for (size_t index = 0; is_real(type) && index < count(); ++index)
        if (const double value = real(index); !std::isfinite(value) || std::nearbyint(value) != value) return false;
    return true;
}

void append_whole(accel_type type, std::vector<char> &bytes, int64_t value)
{
    if (const uint32_t bits = accel_type_bits(type); bits < 8) return append(bytes, static_cast<uint8_t>(value & ((1 << bits) - 1)));
    switch (bytes_of(type)) {
    case 1: return append(bytes, static_cast<uint8_t>(value));
    case 2: return append(bytes, static_cast<uint16_t>(value));
    case 4: return append(bytes, static_cast<uint32_t>(value));
    case 8: return append(bytes, value);
    default: throw std::logic_error("a type of no whole numbers");
    }
}

void append_real(accel_type type, std::vector<char> &bytes, double value)
{
    if (type == ACCEL_TYPE_F64) return append(bytes, value);
    if (type == ACCEL_TYPE_F32) return append(bytes, static_cast<float>(value));
    const RealFormat format = real_format(type);
    const int sign = std::signbit(value) ? 0x8000 : 0, infinite = (format.largest - format.smallest + 2) << (format.digits - 1);
    const double size = std::fabs(nearest(type, value));
    if (std::isnan(value)) return append(bytes, static_cast<uint16_t>(infinite | 1 << (format.digits - 2)));
    if (std::isinf(size)) return append(bytes, static_cast<uint16_t>(sign | infinite));
    // In units of the last place a normal number has one bit more, which lifts the exponent's field from 0 to 1.
    const int exponent = size == 0 ? format.smallest : std::max(std::ilogb(size), format.smallest);
    const int units = static_cast<int>(size / ulp_of(type, size));
    append(bytes, static_cast<uint16_t>(sign | (((exponent - format.smallest) << (format.digits - 1)) + units)));
}

void append_real(std::vector<char> &bytes, float value) { append(bytes, value); }

}  // namespace accel::conformance
