// SPDX-License-Identifier: MIT
// The suite's own arithmetic of quantised results: docs/operations.md, "Quantised operations".
#pragma once

#include <accel/catalog.h>

#include <cstdint>

namespace accel::conformance {

/// Bounds of a stored type, narrowed by an activation.
struct StoredRange {
    int32_t low = -128, high = 127;
};

struct StoredType {
    double scale = 1;
    int32_t zero_point = 0;
};

/// The integer that an exact sum becomes under `multiplier`.
int32_t requantise(int64_t sum, double multiplier, accel_rounding rounding, int32_t zero_point, StoredRange range);

/// ADD (sign 1), SUB (sign -1) and MUL of two stored values.
int32_t add_stored(int32_t a, const StoredType &type_a, int32_t b, const StoredType &type_b, int sign, const StoredType &type_y, accel_rounding rounding, StoredRange range);
int32_t multiply_stored(int32_t a, const StoredType &type_a, int32_t b, const StoredType &type_b, const StoredType &type_y, accel_rounding rounding, StoredRange range);

/// Mean of `count` stored values whose plain sum is `sum`.
int32_t average_stored(int64_t sum, int64_t count, const StoredType &type_x, const StoredType &type_y, accel_rounding rounding, StoredRange range);

/// The same over reduced axes, where TFLITE has another rule than for pools.
int32_t reduced_mean_stored(int64_t sum, int64_t count, const StoredType &type_x, const StoredType &type_y, accel_rounding rounding, StoredRange range);

/// A real number to a stored one, as QUANTIZE does it.
int32_t quantise_real(float real, float scale, int32_t zero_point, StoredRange range);

/// The range under an activation in real numbers.
StoredRange clamp_range(double real_low, double real_high, const StoredType &type, accel_rounding rounding, StoredRange range);

}  // namespace accel::conformance
