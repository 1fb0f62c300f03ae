// SPDX-License-Identifier: MIT
// Packs weights, and the sums that zero points take from them.
#include "integer_weights.h"

#include "requantize.h"

#include <algorithm>
#include <cstring>

namespace accel::cpu {

int32_t IntegerWeights::bias(int64_t channel) const
{
    int32_t value = 0;
    if (bias_ != nullptr)
        std::memcpy(&value, static_cast<const std::byte *>(bias_) + channel * static_cast<int64_t>(sizeof value), sizeof value);
    return value;
}

int32_t IntegerWeights::start(int64_t channel, int32_t excess) const
{
    auto sum = static_cast<uint32_t>(bias(channel));
    if (excess != 0)
        for (int64_t tap = 0; tap < geometry_.taps(); ++tap)
            for (int64_t input = 0; input < geometry_.group_inputs(); ++input)
                sum -= static_cast<uint32_t>(at(channel, tap, input)) * static_cast<uint32_t>(excess);
    return static_cast<int32_t>(sum);
}

bool IntegerWeights::fit_bytes() const
{
    const auto &zeros = w_.quantization->zero_points;
    if (w_.type == ACCEL_TYPE_I8 && std::all_of(zeros.begin(), zeros.end(), [](int32_t zero) { return zero == 0; }))
        return true;
    for (int64_t channel = 0; channel < geometry_.out_channels; ++channel)
        for (int64_t tap = 0; tap < geometry_.taps(); ++tap)
            for (int64_t input = 0; input < geometry_.group_inputs(); ++input)
                if (const int32_t weight = at(channel, tap, input); weight != static_cast<int8_t>(weight))
                    return false;
    return true;
}

Operands::Operands(const IntegerKernels &all, const Tensor &x, const IntegerWeights &weights)
    : kernels(all.bytes != nullptr && (weights.depthwise() || !all.only_depthwise) && weights.fit_bytes() ? all.bytes : all.halves),
      is_signed(x.type == ACCEL_TYPE_I8),
      zero_point(zero_point_of(x))
{
    if (!bytes())
        return;  // widened less the zero point
    flip = is_signed != kernels->operands_signed;
    excess = zero_point + (!flip ? 0 : is_signed ? 128
                                                 : -128);
}

std::byte *own_weights(Builder &builder, int64_t size_bytes)
{
    std::byte *weights = builder.own(static_cast<uint64_t>(size_bytes));
    std::memset(weights, 0, static_cast<size_t>(size_bytes));
    return weights;
}

int32_t *own_sums(Builder &builder, int64_t count)
{
    return reinterpret_cast<int32_t *>(own_weights(builder, count * static_cast<int64_t>(sizeof(int32_t))));
}

}  // namespace accel::cpu
