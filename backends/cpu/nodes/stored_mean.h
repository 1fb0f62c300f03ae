// SPDX-License-Identifier: MIT
// Means of stored values, by the rounding of their operation.
#ifndef ACCEL_BACKENDS_CPU_NODES_STORED_MEAN_H
#define ACCEL_BACKENDS_CPU_NODES_STORED_MEAN_H

#include "requantize.h"

#include <vector>

namespace accel::cpu
{

// The divisor of a pool depends on the position where the padding does not count, so there is one multiplier per count.
class StoredMean
{
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
    bool plain_; // equal quantisations under TFLITE: an integer division
};

} // namespace accel::cpu

#endif
