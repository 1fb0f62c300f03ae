// SPDX-License-Identifier: MIT
// Walks weights in the hardware's order, and writes scale records.
//
// The U65-256 does not address weights: it reads a stream, and uses each as it comes. So the order is a fact of the hardware, and has to be met to the weight:
//
//   for each output block (block_depth channels)
//     for each input block (32 channels; 16 part-kernel-first)
//       for each sub-kernel (at most 8 x 8 taps of the dilated kernel)
//         part-kernel-first: for each 8 input channels, for each 8 output channels, for each tap
//         depth-first:       for each 8 output channels, for each tap, for each 8 input channels
//           micro-block: 8 output channels, each with 8 input channels (depthwise: one)
//
// Part-kernel-first and depthwise, taps are fed in fours. Whatever lies beyond the weights (channels that fill a micro-block up, taps that fill a four up) is 0 in the stream: a micro-block is always whole.
// Zero points are taken off here, so the stream has up to 9 bits a weight. mlw.cpp encodes it.
//
// A scale record is ten bytes for each output channel: 40 bits of bias, 32 of multiplier, 6 of shift; a stream of them is a multiple of 16 bytes.
//
// That the order is right is seen against Vela's (coefs_golden.inc has counts and hashes) and against the device model, which undoes it (conformance/devices/ethosu/model/weights.cpp).
//
// Not chosen: encoding while walking. Order and encoding are two files, so that each can be compared with others' by itself.
#include "coefs.h"

#include "layout/layout.h"
#include "mlw.h"

#include <algorithm>
#include <cstdlib>

namespace accel::ethosu {
namespace {

using layout::align_up;

constexpr int64_t kMicroOut = 8;
constexpr int64_t kMicroIn = 8;
constexpr int64_t kSubKernel = 8;
constexpr int64_t kTapGroup = 4;  // taps are fed in fours, except depth-first
constexpr size_t kScaleRecordBytes = 10;

struct SubKernel {
    int64_t y = 0;
    int64_t x = 0;
    int64_t height = 0;
    int64_t width = 0;
};

class Walk {
public:
    Walk(const WeightView &weights, const WeightOrder &order) : weights_(weights),
                                                                order_(order)
    {
        const int64_t out = align_up(weights.out, kMicroOut);
        const int64_t taps = align_up(weights.height * weights.width, kTapGroup);
        const int64_t in = order.depthwise ? 1 : align_up(weights.in, in_block());
        out_.reserve(static_cast<size_t>(out * taps * in));
    }

    std::vector<int16_t> run()
    {
        for (int64_t out = 0; out < weights_.out; out += order_.block_depth)
            for (int64_t in = 0; in < weights_.in; in += in_block())
                block(out, in);
        return std::move(out_);
    }

private:
    int64_t in_block() const { return order_.part_kernel ? 16 : 32; }

    void block(int64_t out, int64_t in)
    {
        const int64_t step_y = kSubKernel / order_.dilation_y;
        const int64_t step_x = kSubKernel / order_.dilation_x;
        for (int64_t y = 0; y < weights_.height; y += step_y)
            for (int64_t x = 0; x < weights_.width; x += step_x)
                sub_kernel({y, x, std::min(step_y, weights_.height - y), std::min(step_x, weights_.width - x)}, out, in);
    }

    void sub_kernel(const SubKernel &part, int64_t out, int64_t in)
    {
        const int64_t out_end = std::min(out + order_.block_depth, weights_.out);
        if (order_.part_kernel) {
            const int64_t in_end = std::min(in + in_block(), weights_.in);
            for (int64_t micro = in; micro < in_end; micro += kMicroIn)
                for (int64_t channel = out; channel < out_end; channel += kMicroOut)
                    taps(part, channel, micro, micro + kMicroIn);
            return;
        }
        const int64_t in_end = in + (order_.depthwise ? kMicroIn : in_block());
        for (int64_t channel = out; channel < out_end; channel += kMicroOut)
            taps(part, channel, in, in_end);
    }

    void taps(const SubKernel &part, int64_t out, int64_t in, int64_t in_end)
    {
        int64_t count = part.height * part.width;
        if (order_.part_kernel || order_.depthwise)
            count = align_up(count, kTapGroup);
        for (int64_t tap = 0; tap < count; ++tap) {
            const int64_t y = tap / part.width;
            const int64_t x = tap % part.width;
            for (int64_t micro = in; micro < in_end; micro += kMicroIn)
                micro_block(y < part.height, part.y + y, part.x + x, out, micro);
        }
    }

    void micro_block(bool inside, int64_t y, int64_t x, int64_t out, int64_t in)
    {
        const int64_t depth = order_.depthwise ? 1 : kMicroIn;
        for (int64_t o = out; o < out + kMicroOut; ++o)
            for (int64_t i = in; i < in + depth; ++i) {
                const bool real = inside && o < weights_.out && i < weights_.in;
                out_.push_back(real ? weights_.at(o, y, x, i) : int16_t{0});
            }
    }

    const WeightView &weights_;
    const WeightOrder &order_;
    std::vector<int16_t> out_;
};

void put_little_endian(std::vector<uint8_t> &out, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

}  // namespace

int32_t WeightView::zero_point(int64_t o) const
{
    if (zero_points.empty())
        return 0;
    return zero_points.size() == 1 ? zero_points[0] : zero_points[static_cast<size_t>(o)];
}

int16_t WeightView::at(int64_t o, int64_t y, int64_t x, int64_t i) const
{
    const uint8_t raw = data[o * stride_out + y * stride_y + x * stride_x + i * stride_in];
    const int value = is_signed ? static_cast<int8_t>(raw) : raw;
    return static_cast<int16_t>(value - zero_point(o));
}

std::vector<int16_t> order_weights(const WeightView &weights, const WeightOrder &order) { return Walk(weights, order).run(); }

int64_t largest_weight_sum(const WeightView &weights)
{
    int64_t largest = 0;
    for (int64_t o = 0; o < weights.out; ++o) {
        int64_t sum = 0;
        for (int64_t y = 0; y < weights.height; ++y)
            for (int64_t x = 0; x < weights.width; ++x)
                for (int64_t i = 0; i < weights.in; ++i)
                    sum += std::abs(weights.at(o, y, x, i));
        largest = std::max(largest, sum);
    }
    return largest;
}

std::vector<uint8_t> pack_scales(std::span<const ScaleRecord> records)
{
    std::vector<uint8_t> out;
    out.reserve(records.size() * kScaleRecordBytes + kStreamAlignmentBytes);
    for (const ScaleRecord &record : records) {
        put_little_endian(out, static_cast<uint64_t>(record.bias), 5);
        put_little_endian(out, record.multiplier.scale, 4);
        out.push_back(static_cast<uint8_t>(record.multiplier.shift & 0x3f));
    }
    while (out.size() % kStreamAlignmentBytes != 0)
        out.push_back(0);
    return out;
}

}  // namespace accel::ethosu
