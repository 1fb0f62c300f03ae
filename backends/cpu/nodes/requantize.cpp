// SPDX-License-Identifier: MIT
// The scalar forms of the three roundings, and stored bounds of clamps.
#include "requantize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace accel::cpu {
namespace {

constexpr int kMantissaBits = 31;

// A product of a 32-bit sum and a 31-bit mantissa fits 64 bits, which spares the general form's 128.
int32_t double_rounding(int32_t sum, quant::Multiplier multiplier)
{
    const int64_t product = static_cast<int64_t>(sum) * multiplier.scale;
    constexpr int64_t kHalf = int64_t{1} << (kMantissaBits - 1);
    const int64_t high = product >= 0 ? (product + kHalf) >> kMantissaBits : -((kHalf - 1 - product) >> kMantissaBits);
    const int right = multiplier.shift - kMantissaBits;
    const int64_t mask = (int64_t{1} << right) - 1;
    const int64_t threshold = (mask >> 1) + (high < 0 ? 1 : 0);
    return static_cast<int32_t>((high >> right) + ((high & mask) > threshold ? 1 : 0));
}

int32_t single_rounding(int32_t sum, quant::Multiplier multiplier)
{
    const int64_t product = static_cast<int64_t>(sum) * multiplier.scale;
    return static_cast<int32_t>((product + (int64_t{1} << (multiplier.shift - 1))) >> multiplier.shift);
}

float rounded(float value, uint32_t rounding) { return rounding == ACCEL_ROUNDING_HALF_EVEN ? std::nearbyint(value) : std::round(value); }

// Divided in binary32, as QUANTIZE divides: a clamp that is fused has the bits of one that stands before a quantisation.
int32_t stored_bound(float real, const Tensor &tensor, uint32_t rounding, StoredRange type)
{
    const double stored = static_cast<double>(rounded(real / scale_of(tensor), rounding)) + zero_point_of(tensor);
    return static_cast<int32_t>(std::clamp(stored, static_cast<double>(type.low), static_cast<double>(type.high)));
}

}  // namespace

float scale_of(const Tensor &tensor) { return tensor.quantization ? tensor.quantization->scales[0] : 1.0f; }

int32_t zero_point_of(const Tensor &tensor) { return tensor.quantization ? tensor.quantization->zero_points[0] : 0; }

StoredRange stored_range(const Tensor &tensor, Clamp clamp, uint32_t rounding)
{
    const StoredRange type = tensor.type == ACCEL_TYPE_U8 ? StoredRange{0, 255} : StoredRange{-128, 127};
    StoredRange range = type;
    if (clamp.min > -std::numeric_limits<float>::infinity())
        range.low = stored_bound(clamp.min, tensor, rounding, type);
    if (clamp.max < std::numeric_limits<float>::infinity())
        range.high = stored_bound(clamp.max, tensor, rounding, type);
    range.low = std::min(range.low, range.high);
    return range;
}

int32_t scale_integer(int64_t sum, quant::Multiplier multiplier, uint32_t rounding)
{
    const bool narrow = sum == static_cast<int32_t>(sum) && multiplier.shift >= kMantissaBits && multiplier.shift <= 62;
    if (rounding == ACCEL_ROUNDING_TFLITE)
        return narrow ? double_rounding(static_cast<int32_t>(sum), multiplier) : quant::requantise_double_rounding(sum, multiplier);
    return narrow ? single_rounding(static_cast<int32_t>(sum), multiplier) : quant::requantise_natural(sum, multiplier);
}

std::optional<FixedScale> fixed_scale(double real)
{
    const auto multiplier = quant::quantise(real);
    if (!multiplier || multiplier->shift < kMantissaBits)
        return std::nullopt;
    return FixedScale{static_cast<int32_t>(multiplier->scale), multiplier->shift - kMantissaBits};
}

Requantizer::Requantizer(const Tensor &result, Clamp clamp, uint32_t rounding, const std::vector<double> &multipliers, int64_t channels)
    : rounding_(rounding),
      is_signed_(result.type == ACCEL_TYPE_I8),
      zero_point_(zero_point_of(result)),
      range_(stored_range(result, clamp, rounding)),
      kernels_(&integer_kernels()),
      reals_(static_cast<size_t>(channels) + kLanesMost, 0.0f),
      scales_(reals_.size()),
      rights_(reals_.size()),
      multipliers_(static_cast<size_t>(channels))
{
    for (size_t channel = 0; channel < multipliers_.size(); ++channel) {
        const double real = multipliers[multipliers.size() == 1 ? 0 : channel];
        const auto fixed = quant::quantise(real);
        if (!fixed)
            throw std::runtime_error("a scale ratio out of range passed the check");
        reals_[channel] = static_cast<float>(real);
        narrow_ = narrow_ && real < 0.5;  // a sum has 32 bits
        multipliers_[channel] = *fixed;
        const auto scale = fixed_scale(real);
        in_vectors_ = in_vectors_ && scale;
        if (scale)
            scales_[channel] = scale->scale, rights_[channel] = scale->right;
    }
}

HalfEven Requantizer::half_even(int64_t first) const
{
    return {reals_.data() + first, static_cast<float>(range_.low - zero_point_), static_cast<float>(range_.high - zero_point_), zero_point_, is_signed_, narrow_};
}

FixedPoint Requantizer::fixed_point(int64_t first) const
{
    return {scales_.data() + first, rights_.data() + first, range_.low - zero_point_, range_.high - zero_point_, zero_point_, rounding_ == ACCEL_ROUNDING_TFLITE};
}

void Requantizer::store(const SumsTile &tile, int64_t first) const
{
    if (rounding_ == ACCEL_ROUNDING_HALF_EVEN)
        return kernels_->finish_half_even(tile, half_even(first));
    if (in_vectors_)
        return kernels_->finish_fixed(tile, fixed_point(first));
    for (int64_t output = 0; output < tile.outputs; ++output)
        for (int64_t channel = 0; channel < tile.channels; ++channel)
            tile.stored[output * tile.stored_step + channel] =
                static_cast<uint8_t>(one(tile.sums[output * tile.sums_step + channel], static_cast<size_t>(first + channel)));
}

int32_t Requantizer::one(int64_t sum, size_t channel) const
{
    if (rounding_ != ACCEL_ROUNDING_HALF_EVEN)
        return range_.clamp(static_cast<int64_t>(scale_integer(sum, multipliers_[channel], rounding_)) + zero_point_);
    const float scaled = static_cast<float>(sum) * reals_[channel];
    const float held = std::clamp(scaled, static_cast<float>(range_.low - zero_point_), static_cast<float>(range_.high - zero_point_));
    return static_cast<int32_t>(std::nearbyint(held)) + zero_point_;
}

void SumsFinish::store_sums(const SumsTile &tile)
{
    constexpr auto kBytes = static_cast<int64_t>(sizeof(int32_t));
    for (int64_t output = 0; output < tile.outputs; ++output)
        std::memcpy(tile.stored + output * tile.stored_step * kBytes, tile.sums + output * tile.sums_step, static_cast<size_t>(tile.channels * kBytes));
}

}  // namespace accel::cpu
