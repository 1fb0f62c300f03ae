// SPDX-License-Identifier: MIT
// Softmax, and the per-channel normalisation.
#include "nodes.h"

#include "../shapes.h"
#include "walk.h"

#include <cmath>

namespace accel::cpu
{
namespace
{

class SoftmaxStep : public Step
{
public:
    SoftmaxStep(const View &x, const View &y, size_t axis, int threads)
        : x_(x.value), y_(y.value), size_(x.dims[axis]), x_step_(x.strides[axis]), y_step_(y.strides[axis]), threads_(threads)
    {
        Dims others = x.dims;
        others[axis] = 1;
        walk_ = make_walk<2>(others, {y.strides, x.strides});
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const float *>(values[x_]);
        auto *y = reinterpret_cast<float *>(values[y_]);
        walk_.each(threads_, [&](const std::array<int64_t, 2> &at, int64_t count) {
            for (int64_t i = 0; i < count; ++i)
                line(x + at[1] + i * walk_.row_stride[1], y + at[0] + i * walk_.row_stride[0]);
        });
        return true;
    }

private:
    // Shifted by the maximum, so that no exponential overflows.
    void line(const float *x, float *y) const
    {
        float most = x[0];
        for (int64_t i = 1; i < size_; ++i)
            most = std::max(most, x[i * x_step_]);
        double sum = 0;
        for (int64_t i = 0; i < size_; ++i)
            sum += static_cast<double>(y[i * y_step_] = std::exp(x[i * x_step_] - most));
        const auto total = static_cast<float>(sum);
        for (int64_t i = 0; i < size_; ++i)
            y[i * y_step_] /= total;
    }

    Walk<2> walk_;
    uint32_t x_, y_;
    int64_t size_, x_step_, y_step_;
    int threads_;
};

// y = (x - mean) * factor + bias with factor = scale / sqrt(variance + epsilon), per channel.
class NormalizationStep : public Step
{
public:
    NormalizationStep(const View &x, const std::array<uint32_t, 4> &parameters, const View &y, uint32_t scratch, float epsilon, int threads)
        : x_(x.value), y_(y.value), parameters_(parameters), scratch_(scratch), channels_(x.dims[1]), epsilon_(epsilon), threads_(threads)
    {
        Dims per_channel(x.dims.size(), 0);
        per_channel[1] = 1;
        walk_ = make_walk<3>(y.dims, {y.strides, x.strides, per_channel});
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto at = [&](uint32_t value) { return reinterpret_cast<const float *>(values[value]); };
        const float *scale = at(parameters_[0]), *bias = at(parameters_[1]), *mean = at(parameters_[2]), *variance = at(parameters_[3]);
        auto *factors = reinterpret_cast<float *>(values[scratch_]);
        for (int64_t c = 0; c < channels_; ++c)
            factors[c] = scale[c] / std::sqrt(variance[c] + epsilon_);
        const float *x = at(x_);
        auto *y = reinterpret_cast<float *>(values[y_]);
        walk_.each(threads_, [&](const std::array<int64_t, 3> &start, int64_t count) {
            for (int64_t i = 0; i < count; ++i) {
                const int64_t c = start[2] + i * walk_.row_stride[2];
                y[start[0] + i * walk_.row_stride[0]] = (x[start[1] + i * walk_.row_stride[1]] - mean[c]) * factors[c] + bias[c];
            }
        });
        return true;
    }

private:
    Walk<3> walk_;
    uint32_t x_, y_;
    std::array<uint32_t, 4> parameters_;
    uint32_t scratch_;
    int64_t channels_;
    float epsilon_;
    int threads_;
};

} // namespace

void prepare_softmax(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, static_cast<int64_t>(x.dims.size()) - 1));
    builder.add(std::make_unique<SoftmaxStep>(x, y, axis, builder.threads()), {x.value, y.value});
}

void prepare_batch_normalization(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]);
    std::array<uint32_t, 4> parameters;
    for (size_t i = 0; i < 4; ++i)
        parameters[i] = builder.in_layout(node.inputs[i + 1], Layout::kRowMajor).value;
    const View y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    const uint32_t scratch = builder.scratch(static_cast<uint64_t>(x.dims[1]) * sizeof(float));
    builder.add(
        std::make_unique<NormalizationStep>(x, parameters, y, scratch, node.real(ACCEL_ATTRIBUTE_EPSILON, 1e-5f), builder.threads()),
        {x.value, y.value, scratch, parameters[0], parameters[1], parameters[2], parameters[3]});
}

} // namespace accel::cpu
