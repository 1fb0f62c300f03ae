// SPDX-License-Identifier: MIT
// Weights of quantised convolutions and products, and the form in which the integer kernels want them.
#pragma once

#include "../builder.h"
#include "../kernels/integer.h"

#include <cstring>

namespace accel::cpu {

// Shape of a quantised convolution of up to two spatial axes. A product is one of kernel 1 over a row.
struct IntegerGeometry {
    int64_t batch = 1, height = 1, width = 1, channels = 1;  // of the input
    int64_t out_height = 1, out_width = 1, out_channels = 1;
    int64_t groups = 1;
    int64_t kernel_y = 1, kernel_x = 1, stride_y = 1, stride_x = 1, dilation_y = 1, dilation_x = 1, top = 0, left = 0;

    int64_t group_inputs() const { return channels / groups; }
    int64_t group_outputs() const { return out_channels / groups; }
    int64_t taps() const { return kernel_y * kernel_x; }
    int64_t multiply_adds() const { return batch * out_height * out_width * out_channels * group_inputs() * taps(); }
    bool depthwise() const { return groups > 1 && group_inputs() == 1 && group_outputs() == 1; }
    // Smallest input that holds every window, measured from the corner of the padding.
    int64_t reach_y() const { return (out_height - 1) * stride_y + dilation_y * (kernel_y - 1) + 1; }
    int64_t reach_x() const { return (out_width - 1) * stride_x + dilation_x * (kernel_x - 1) + 1; }
    bool padded() const { return top > 0 || left > 0 || reach_y() > height || reach_x() > width; }
};

// Constant weights less their zero points, and the bias.
class IntegerWeights {
public:
    // w is [channel][input][tap], or [input][channel] when transposed. bias: null or one per channel, not aligned.
    IntegerWeights(const IntegerGeometry &geometry, const Tensor &w, bool transposed, const void *bias)
        : geometry_(geometry),
          w_(w),
          transposed_(transposed),
          bias_(bias)
    {
    }

    int32_t at(int64_t channel, int64_t tap, int64_t input) const
    {
        const int64_t index = transposed_ ? input * geometry_.out_channels + channel : (channel * geometry_.group_inputs() + input) * geometry_.taps() + tap;
        const uint8_t stored = static_cast<const uint8_t *>(w_.data)[index];
        return (w_.type == ACCEL_TYPE_I8 ? static_cast<int8_t>(stored) : stored) - zero_point(channel);
    }
    bool depthwise() const { return geometry_.depthwise(); }
    int32_t bias(int64_t channel) const;
    // What a sum starts with where every operand is too large by that much. Arithmetic modulo 2^32, as the sum's.
    int32_t start(int64_t channel, int32_t excess) const;
    bool fit_bytes() const;  // each of them takes a signed byte

private:
    int32_t zero_point(int64_t channel) const
    {
        const auto &zeros = w_.quantization->zero_points;
        return zeros[zeros.size() == 1 ? 0 : static_cast<size_t>(channel)];
    }

    const IntegerGeometry &geometry_;
    const Tensor &w_;
    bool transposed_;
    const void *bias_;
};

// How a step reads its input: by which kernels, and what turns stored bytes into their operands.
struct Operands {
    const ProductKernels *kernels = nullptr;
    bool is_signed = false;  // as stored
    int32_t zero_point = 0;
    bool flip = false;
    int32_t excess = 0;  // operand less real value in units of the scale

    Operands(const IntegerKernels &all, const Tensor &x, const IntegerWeights &weights);
    bool bytes() const { return kernels->operand_bytes == 1; }
    // The byte that stands for the real value 0.
    uint8_t zero_byte() const { return static_cast<uint8_t>(zero_point); }
};

// Kept in the plan; both zeroed.
std::byte *own_weights(Builder &builder, int64_t size_bytes);
int32_t *own_sums(Builder &builder, int64_t count);
// Puts a weight where a kernel reads an operand of that width.
inline void put_weight(std::byte *to, int operand_bytes, int32_t weight)
{
    const auto wide = static_cast<int16_t>(weight);
    operand_bytes == 1 ? static_cast<void>(*to = static_cast<std::byte>(weight)) : static_cast<void>(std::memcpy(to, &wide, sizeof wide));
}

}  // namespace accel::cpu
