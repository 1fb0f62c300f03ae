// SPDX-License-Identifier: MIT
// Means of stored values, by the rounding of their operation: api/catalog/semantics.md.
#pragma once

#include "requantize.h"

#include <vector>

namespace accel::cpu {

// The divisor of a pool depends on the position where the padding does not count, so there is one multiplier per count.
class StoredMean {
public:
    // counts: the divisors that will be asked for, 0 among them where a window may be empty.
    StoredMean(const Tensor &x, const Tensor &y, Clamp clamp, uint32_t rounding, const std::vector<int64_t> &counts);

    // The stored mean of counts[index] values whose plain sum is `sum`.
    int32_t of(int64_t sum, size_t index) const;

private:
    std::vector<int64_t> counts_;
    Requantizer requantizer_;
    StoredRange range_;
    int32_t zero_point_;
    bool plain_;  // equal quantisations under TFLITE: an integer division
};

// The mean over reduced axes, of one count. Under TFLITE it has a rule of its own.
class ReducedMean {
public:
    ReducedMean(const Tensor &x, const Tensor &y, uint32_t rounding, int64_t count);

    int32_t of(int64_t sum) const;

private:
    int64_t count_;
    uint32_t rounding_;
    Requantizer requantizer_;
    quant::Multiplier divided_;  // under TFLITE: the ratio of the scales over the count
    StoredRange range_;
    int32_t x_zero_point_, y_zero_point_;
};

}  // namespace accel::cpu
