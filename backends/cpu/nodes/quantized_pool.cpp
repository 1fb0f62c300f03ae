// SPDX-License-Identifier: MIT
// Averages of stored values.
//
// The divisor depends on the position where the padding does not count, so there is one multiplier per possible count.
#include "nodes.h"

#include "pool.h"
#include "requantize.h"

#include <algorithm>

namespace accel::cpu
{
namespace
{

// Divided with halves away from zero.
int64_t divide_away(int64_t sum, int64_t count) { return sum >= 0 ? (sum + count / 2) / count : (sum - count / 2) / count; }

class QuantizedAverageStep : public Step
{
public:
    QuantizedAverageStep(const View &x, const View &y, PoolWindows windows, Requantizer requantizer, StoredRange range,
                         const Tensor &operand, bool plain)
        : windows_(std::move(windows)), requantizer_(std::move(requantizer)), range_(range), x_(x.value), y_(y.value),
          is_signed_(operand.type == ACCEL_TYPE_I8), zero_point_(zero_point_of(operand)), plain_(plain)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const uint8_t *>(values[x_]);
        auto *y = reinterpret_cast<uint8_t *>(values[y_]);
        const int64_t channels = windows_.channels();
        windows_.each_position(1, [&](int64_t position, const PoolTaps &taps) {
            for (int64_t c = 0; c < channels; c += kPiece)
                piece(x + c, y + position * channels + c, std::min(kPiece, channels - c), taps);
        });
        return true;
    }

private:
    static constexpr int64_t kPiece = 256;

    void piece(const uint8_t *x, uint8_t *y, int64_t channels, const PoolTaps &taps) const
    {
        int64_t sums[kPiece] = {};
        int64_t inside = 0;
        windows_.each_tap(taps, [&](int64_t element) {
            ++inside;
            for (int64_t c = 0; c < channels; ++c)
                sums[c] += is_signed_ ? static_cast<int8_t>(x[element + c]) : x[element + c];
        });
        // Padding that counts is the real value 0, stored as the zero point.
        const int64_t padding = taps.count - inside;
        for (int64_t c = 0; c < channels; ++c)
            y[c] = static_cast<uint8_t>(average(sums[c] + padding * zero_point_, taps.count));
    }

    int32_t average(int64_t sum, int64_t count) const
    {
        if (count == 0)
            return range_.clamp(zero_point_);
        if (plain_)
            return range_.clamp(divide_away(sum, count));
        return requantizer_.one(sum - count * zero_point_, static_cast<size_t>(count));
    }

    PoolWindows windows_;
    Requantizer requantizer_;
    StoredRange range_;
    uint32_t x_, y_;
    bool is_signed_;
    int32_t zero_point_;
    bool plain_;
};

} // namespace

void prepare_quantized_pool(Builder &builder, const Node &node)
{
    const Tensor &x_tensor = builder.graph().tensor(node.inputs[0]), &y_tensor = builder.graph().tensor(node.outputs[0]);
    const bool global = node.operation == ACCEL_OPERATION_GLOBAL_AVERAGE_POOL;
    const Window window = global ? global_window(x_tensor.dims) : *read_window(node, *node.list(ACCEL_ATTRIBUTE_KERNEL_SHAPE));
    const View x = builder.in_layout(node.inputs[0], Layout::kChannelsLast), y = builder.define(node.outputs[0], Layout::kChannelsLast);
    const int64_t most = *element_count(window.kernel);
    std::vector<double> multipliers{1.0}; // a count of 0 asks for none
    for (int64_t count = 1; count <= most; ++count)
        multipliers.push_back(static_cast<double>(scale_of(x_tensor)) /
                              (static_cast<double>(count) * static_cast<double>(scale_of(y_tensor))));
    const bool plain =
        node.rounding == ACCEL_ROUNDING_TFLITE && x_tensor.quantization == y_tensor.quantization && x_tensor.type == y_tensor.type;
    PoolWindows windows(x.dims, y.dims, window, node.integer(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, 0) != 0);
    Requantizer requantizer(y_tensor, node.clamp(), node.rounding, multipliers, most + 1);
    auto step = std::make_unique<QuantizedAverageStep>(x, y, std::move(windows), std::move(requantizer),
                                                       stored_range(y_tensor, node.clamp(), node.rounding), x_tensor, plain);
    builder.add(std::move(step), {x.value, y.value});
}

} // namespace accel::cpu
