// SPDX-License-Identifier: MIT
// Elements of constants, at any byte.
#pragma once

#include <accel/graph/rules.h>

#include <cstring>

namespace accel::graph::folds {

/// Elements that are copied between two pulses: a millisecond or a few.
inline constexpr uint64_t kPieceElements = uint64_t{1} << 18;

inline void pulse_at(uint64_t element, Pulse pulse)
{
    if (element % kPieceElements == 0) pulse();
}

inline const uint8_t *bytes_of(const accel_tensor_desc &tensor) { return static_cast<const uint8_t *>(tensor.data); }

template <class Value> Value load(const uint8_t *bytes, size_t index)
{
    Value value;
    std::memcpy(&value, bytes + index * sizeof(Value), sizeof(Value));
    return value;
}

template <class Value> void store(Bytes &bytes, size_t index, Value value) { std::memcpy(bytes.data() + index * sizeof(Value), &value, sizeof(Value)); }

/// Calls function with a value of the type; false for a type that has none here.
template <class Function> bool with_type(uint32_t type, Function &&function)
{
    switch (type) {
    case ACCEL_TYPE_F32: return function(float{}), true;
    case ACCEL_TYPE_F64: return function(double{}), true;
    case ACCEL_TYPE_I8: return function(int8_t{}), true;
    case ACCEL_TYPE_U8: return function(uint8_t{}), true;
    case ACCEL_TYPE_I16: return function(int16_t{}), true;
    case ACCEL_TYPE_U16: return function(uint16_t{}), true;
    case ACCEL_TYPE_I32: return function(int32_t{}), true;
    case ACCEL_TYPE_U32: return function(uint32_t{}), true;
    case ACCEL_TYPE_I64: return function(int64_t{}), true;
    case ACCEL_TYPE_U64: return function(uint64_t{}), true;
    default: return false;
    }
}

/// A tensor read through steps per axis of the result, from an element on: transposes, slices and broadcasts are this. Nothing for elements that are no whole bytes.
std::optional<Bytes> read_strided(const accel_tensor_desc &from, const Shape &result, const std::vector<int64_t> &steps, int64_t start, Pulse pulse);

/// A tensor spread over a shape that it stretches to.
std::optional<Bytes> spread(const accel_tensor_desc &from, const Shape &result, Pulse pulse);

}  // namespace accel::graph::folds
