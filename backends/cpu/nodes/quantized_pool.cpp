// SPDX-License-Identifier: MIT
// Averages of stored values.
#include "nodes.h"

#include "pool.h"
#include "stored_mean.h"

#include <algorithm>
#include <numeric>

namespace accel::cpu {
namespace {

class QuantizedAverageStep : public Step {
public:
    QuantizedAverageStep(const View &x, const View &y, PoolWindows windows, StoredMean mean, const Tensor &operand)
        : windows_(std::move(windows)),
          mean_(std::move(mean)),
          x_(x.value),
          y_(y.value),
          is_signed_(operand.type == ACCEL_TYPE_I8),
          zero_point_(zero_point_of(operand))
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
            y[c] = static_cast<uint8_t>(mean_.of(sums[c] + padding * zero_point_, static_cast<size_t>(taps.count)));
    }

    PoolWindows windows_;
    StoredMean mean_;
    uint32_t x_, y_;
    bool is_signed_;
    int32_t zero_point_;
};

}  // namespace

void prepare_quantized_pool(Builder &builder, const Node &node)
{
    const Tensor &x_tensor = builder.graph().tensor(node.inputs[0]), &y_tensor = builder.graph().tensor(node.outputs[0]);
    const bool global = node.operation == ACCEL_OPERATION_GLOBAL_AVERAGE_POOL;
    const Window window = global ? global_window(dims_of(x_tensor)) : builder.window(node, node.ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {}));
    const View x = builder.in_layout(node.inputs[0], Layout::kChannelsLast), y = builder.define(node.outputs[0], Layout::kChannelsLast);
    std::vector<int64_t> counts(static_cast<size_t>(*element_count(window.kernel)) + 1);
    std::iota(counts.begin(), counts.end(), 0);
    PoolWindows windows(x.dims, y.dims, window, node.integer(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, 0) != 0);
    StoredMean mean(x_tensor, y_tensor, builder.fusion().clamp, node.rounding, counts);
    auto step = std::make_unique<QuantizedAverageStep>(x, y, std::move(windows), std::move(mean), x_tensor);
    builder.add(std::move(step), {x.value, y.value});
}

}  // namespace accel::cpu
