// SPDX-License-Identifier: MIT
// Pools over channels-last tensors, stored types alike: maxima, and f32 averages.
#include "nodes.h"

#include "../window.h"
#include "pool.h"
#include "requantize.h"
#include "walk.h"

#include <cmath>
#include <limits>

namespace accel::cpu
{
namespace
{

template <typename T> struct Maximum {
    T low, high;
    static T start()
    {
        return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
    }
    static T join(T a, T b) { return b > a ? b : a; }
    T end(T value, float) const { return std::clamp(value, low, high); }
};

struct Average {
    float low, high;
    static float start() { return 0; }
    static float join(float a, float b) { return a + b; }
    float end(float sum, float count) const { return std::clamp(count > 0 ? sum / count : 0.0f, low, high); }
};

// T is what is stored; the result of a position is gathered in place in the output.
template <typename T, typename Reduce> class PoolStep : public Step
{
public:
    PoolStep(const View &x, const View &y, PoolWindows windows, Reduce reduce, int threads)
        : windows_(std::move(windows)), x_(x.value), y_(y.value), reduce_(reduce), threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const T *>(values[x_]);
        auto *y = reinterpret_cast<T *>(values[y_]);
        const int64_t channels = windows_.channels();
        windows_.each_position(threads_, [&](int64_t position, const PoolTaps &taps) {
            T *to = y + position * channels;
            std::fill_n(to, channels, Reduce::start());
            windows_.each_tap(taps, [&](int64_t element) {
                const T *from = x + element;
                for (int64_t c = 0; c < channels; ++c)
                    to[c] = Reduce::join(to[c], from[c]);
            });
            for (int64_t c = 0; c < channels; ++c)
                to[c] = reduce_.end(to[c], static_cast<float>(taps.count));
        });
        return true;
    }

private:
    PoolWindows windows_;
    uint32_t x_, y_;
    Reduce reduce_;
    int threads_;
};

template <typename T> void add_maximum(Builder &builder, const View &x, const View &y, const Window &window, T low, T high)
{
    auto step = std::make_unique<PoolStep<T, Maximum<T>>>(x, y, PoolWindows(x.dims, y.dims, window, false), Maximum<T>{low, high},
                                                          builder.threads());
    builder.add(std::move(step), {x.value, y.value});
}

} // namespace

void prepare_pool(Builder &builder, const Node &node)
{
    const Tensor &x_tensor = builder.graph().tensor(node.inputs[0]);
    const Window window = *read_window(node, *node.list(ACCEL_ATTRIBUTE_KERNEL_SHAPE));
    if (node.operation == ACCEL_OPERATION_AVERAGE_POOL && x_tensor.type != ACCEL_TYPE_F32)
        return prepare_quantized_pool(builder, node);
    const View x = builder.in_layout(node.inputs[0], Layout::kChannelsLast), y = builder.define(node.outputs[0], Layout::kChannelsLast);
    if (node.operation == ACCEL_OPERATION_AVERAGE_POOL) {
        PoolWindows windows(x.dims, y.dims, window, node.integer(ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, 0) != 0);
        const Average average{node.clamp().min, node.clamp().max};
        builder.add(std::make_unique<PoolStep<float, Average>>(x, y, std::move(windows), average, builder.threads()), {x.value, y.value});
        return;
    }
    if (x_tensor.type == ACCEL_TYPE_F32)
        return add_maximum<float>(builder, x, y, window, node.clamp().min, node.clamp().max);
    const StoredRange range = stored_range(x_tensor, node.clamp(), node.rounding);
    if (x_tensor.type == ACCEL_TYPE_I8)
        return add_maximum<int8_t>(builder, x, y, window, static_cast<int8_t>(range.low), static_cast<int8_t>(range.high));
    add_maximum<uint8_t>(builder, x, y, window, static_cast<uint8_t>(range.low), static_cast<uint8_t>(range.high));
}

void prepare_global_pool(Builder &builder, const Node &node)
{
    const View x = builder.in_layout(node.inputs[0], Layout::kChannelsLast), y = builder.define(node.outputs[0], Layout::kChannelsLast);
    const Window window = global_window(x.dims);
    const Average average{node.clamp().min, node.clamp().max};
    builder.add(std::make_unique<PoolStep<float, Average>>(x, y, PoolWindows(x.dims, y.dims, window, false), average, builder.threads()),
                {x.value, y.value});
}

} // namespace accel::cpu
