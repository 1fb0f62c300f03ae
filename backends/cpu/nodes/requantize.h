// SPDX-License-Identifier: MIT
// From exact sums to stored values, by the three rounding rules of api/catalog/semantics.md.
#ifndef ACCEL_BACKENDS_CPU_NODES_REQUANTIZE_H
#define ACCEL_BACKENDS_CPU_NODES_REQUANTIZE_H

#include "../graph.h"
#include "../kernels/integer.h"

#include "quant/quant.h"

namespace accel::cpu
{

struct StoredRange {
    int32_t low, high;

    int32_t clamp(int64_t value) const { return static_cast<int32_t>(value < low ? low : value > high ? high : value); }
};

// What the type can store, narrowed by the clamp's real bounds.
StoredRange stored_range(const Tensor &tensor, Clamp clamp, uint32_t rounding);

float scale_of(const Tensor &tensor);
int32_t zero_point_of(const Tensor &tensor);

// Sums of one multiplier per channel, or of one for all.
class Requantizer
{
public:
    // multipliers: one per channel; padded_to: how many channels the kernels will ask for, at least as many.
    Requantizer(const Tensor &result, Clamp clamp, uint32_t rounding, const std::vector<double> &multipliers, int64_t padded_to);

    // sums of channels first .. first + count.
    void store(const int32_t *sums, int64_t first, int64_t count, uint8_t *stored) const;

    // One sum of one channel; the sum may need more than 32 bits.
    int32_t one(int64_t sum, size_t channel) const;

private:
    uint32_t rounding_;
    int32_t zero_point_;
    StoredRange range_;
    const IntegerKernels *kernels_;
    std::vector<float> reals_;
    std::vector<quant::Multiplier> multipliers_;
};

// sum * multiplier by the integer rules, TFLITE or NATURAL.
int32_t scale_integer(int64_t sum, quant::Multiplier multiplier, uint32_t rounding);

} // namespace accel::cpu

#endif
