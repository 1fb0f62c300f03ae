// SPDX-License-Identifier: MIT
#include "stored_mean.h"

namespace accel::cpu
{
namespace
{

// Divided with halves away from zero.
int64_t divide_away(int64_t sum, int64_t count) { return sum >= 0 ? (sum + count / 2) / count : (sum - count / 2) / count; }

std::vector<double> multipliers_of(const Tensor &x, const Tensor &y, const std::vector<int64_t> &counts)
{
    std::vector<double> multipliers;
    for (const int64_t count : counts) // a count of 0 asks for none
        multipliers.push_back(count == 0 ? 1.0
                                         : static_cast<double>(scale_of(x)) / (static_cast<double>(count) * static_cast<double>(scale_of(y))));
    return multipliers;
}

} // namespace

StoredMean::StoredMean(const Tensor &x, const Tensor &y, Clamp clamp, uint32_t rounding, const std::vector<int64_t> &counts)
    : counts_(counts), requantizer_(y, clamp, rounding, multipliers_of(x, y, counts), static_cast<int64_t>(counts.size())),
      range_(stored_range(y, clamp, rounding)), zero_point_(zero_point_of(x)),
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

} // namespace accel::cpu
