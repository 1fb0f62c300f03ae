// SPDX-License-Identifier: MIT
// The multipliers and divisions by which means of stored values are rounded.
#include "stored_mean.h"

namespace accel::cpu {
namespace {

// Divided with halves away from zero.
int64_t divide_away(int64_t sum, int64_t count) { return sum >= 0 ? (sum + count / 2) / count : (sum - count / 2) / count; }

std::vector<double> multipliers_of(const Tensor &x, const Tensor &y, const std::vector<int64_t> &counts)
{
    std::vector<double> multipliers;
    for (const int64_t count : counts)  // a count of 0 asks for none
        multipliers.push_back(count == 0 ? 1.0
                                         : static_cast<double>(scale_of(x)) / (static_cast<double>(count) * static_cast<double>(scale_of(y))));
    return multipliers;
}

// multiplier / count as TensorFlow Lite's MEAN makes it: shifted left as far as the count's highest bit, then cut off.
quant::Multiplier divided(quant::Multiplier multiplier, int64_t count)
{
    int shift = 0;
    while (count >> (shift + 1) != 0 && shift < 32 && shift < 62 - multiplier.shift)
        ++shift;
    return {static_cast<uint32_t>((uint64_t{multiplier.scale} << shift) / static_cast<uint64_t>(count)), multiplier.shift + shift};
}

double ratio_of(const Tensor &x, const Tensor &y) { return static_cast<double>(scale_of(x)) / static_cast<double>(scale_of(y)); }

}  // namespace

StoredMean::StoredMean(const Tensor &x, const Tensor &y, Clamp clamp, uint32_t rounding, const std::vector<int64_t> &counts)
    : counts_(counts),
      requantizer_(y, clamp, rounding, multipliers_of(x, y, counts), static_cast<int64_t>(counts.size())),
      range_(stored_range(y, clamp, rounding)),
      zero_point_(zero_point_of(x)),
      plain_(rounding == ACCEL_ROUNDING_TFLITE && x.quantization == y.quantization && x.type == y.type)
{
}

int32_t StoredMean::of(int64_t sum, size_t index) const
{
    const int64_t count = counts_[index];
    if (plain_)
        return range_.clamp(count == 0 ? zero_point_ : divide_away(sum, count));
    return requantizer_.one(sum - count * zero_point_, index);
}

ReducedMean::ReducedMean(const Tensor &x, const Tensor &y, uint32_t rounding, int64_t count)
    : count_(count),
      rounding_(rounding),
      requantizer_(y, {}, rounding, multipliers_of(x, y, {count}), 1),
      divided_(divided(*quant::quantise(ratio_of(x, y)), count)),
      range_(stored_range(y, {}, rounding)),
      x_zero_point_(zero_point_of(x)),
      y_zero_point_(zero_point_of(y))
{
}

int32_t ReducedMean::of(int64_t sum) const
{
    const int64_t centred = sum - count_ * x_zero_point_;
    if (rounding_ == ACCEL_ROUNDING_TFLITE)
        return range_.clamp(int64_t{scale_integer(centred, divided_, rounding_)} + y_zero_point_);
    return requantizer_.one(centred, 0);
}

}  // namespace accel::cpu
