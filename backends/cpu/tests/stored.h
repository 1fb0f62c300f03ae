// SPDX-License-Identifier: MIT
// What tests of stored values share: types with a scale and a zero point, and the roundings.
#pragma once

#include "harness.h"

#include <vector>

namespace accel::cpu::test {

inline constexpr uint32_t kRoundings[] = {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL};

struct Stored {
    uint32_t type;
    float scale;
    int32_t zero_point;

    Scales scales() const { return {{scale}, {zero_point}, 0}; }
    int32_t low() const { return type == ACCEL_TYPE_I8 ? -128 : 0; }
    int32_t high() const { return type == ACCEL_TYPE_I8 ? 127 : 255; }
    int32_t value(uint8_t byte) const { return type == ACCEL_TYPE_I8 ? static_cast<int8_t>(byte) : byte; }
};

inline Bytes raw(const std::vector<int8_t> &values) { return bytes_of(values); }

inline const Stored kSigned{ACCEL_TYPE_I8, 0.05f, -3}, kUnsigned{ACCEL_TYPE_U8, 0.02f, 128}, kCoarse{ACCEL_TYPE_I8, 4.0f, 5};

}  // namespace accel::cpu::test
