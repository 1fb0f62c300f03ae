// SPDX-License-Identifier: MIT
// Softmax, and the per-channel normalisation.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../kernels/floats.h"
#include "../nodes/walk.h"

#include <cmath>

namespace accel::cpu {
namespace {

class SoftmaxStep : public Step {
public:
    SoftmaxStep(const View &x, const View &y, size_t axis, int threads)
        : kernels_(float_kernels()),
          x_(x.value),
          y_(y.value),
          column_{1, x.dims[axis], x.strides[axis], y.strides[axis]},
          threads_(threads)
    {
        Dims others = x.dims;
        others[axis] = 1;
        walk_ = make_walk<2>(others, {y.strides, x.strides});
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const float *>(values[x_]);
        auto *y = reinterpret_cast<float *>(values[y_]);
        walk_.each(
            threads_, [&](const std::array<int64_t, 2> &at, int64_t count) { some(x + at[1], count, y + at[0]); }, column_.size);
        return true;
    }

private:
    // Lines that lie next to each other are columns of a matrix.
    void some(const float *x, int64_t count, float *y) const
    {
        const auto [y_step, x_step] = walk_.row_stride;
        if (column_.x_step == 1 && column_.y_step == 1)
            return kernels_.softmax(x, {count, column_.size, x_step, y_step}, y);
        Columns columns = column_;
        columns.count = x_step == 1 && y_step == 1 ? count : 1;
        for (int64_t i = 0; i < count; i += columns.count)
            kernels_.softmax_columns(x + i * x_step, columns, y + i * y_step);
    }

    const FloatKernels &kernels_;
    Walk<2> walk_;
    uint32_t x_, y_;
    Columns column_;
    int threads_;
};

// y = (x - mean) * factor + bias with factor = scale / sqrt(variance + epsilon), per channel.
class NormalizationStep : public Step {
public:
    NormalizationStep(const View &x, const std::array<uint32_t, 4> &parameters, const View &y, uint32_t scratch, float epsilon, int threads)
        : kernels_(float_kernels()),
          x_(x.value),
          y_(y.value),
          parameters_(parameters),
          scratch_(scratch),
          channels_(x.dims[1]),
          epsilon_(epsilon),
          threads_(threads)
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
        const Normalizings all{mean, factors, bias};
        const float *x = at(x_);
        auto *y = reinterpret_cast<float *>(values[y_]);
        walk_.each(threads_, [&](const std::array<int64_t, 3> &start, int64_t count) { row(x + start[1], count, all, start[2], y + start[0]); });
        return true;
    }

private:
    void row(const float *x, int64_t count, const Normalizings &all, int64_t channel, float *y) const
    {
        const auto [y_step, x_step, channel_step] = walk_.row_stride;
        const bool together = y_step == 1 && x_step == 1;
        if (together && channel_step == 0)
            return kernels_.normalize(x, count, {all.mean[channel], all.factor[channel], all.bias[channel]}, y);
        if (together && channel_step == 1)
            return kernels_.normalize_each(x, count, {all.mean + channel, all.factor + channel, all.bias + channel}, y);
        for (int64_t i = 0; i < count; ++i) {
            const int64_t c = channel + i * channel_step;
            y[i * y_step] = (x[i * x_step] - all.mean[c]) * all.factor[c] + all.bias[c];
        }
    }

    const FloatKernels &kernels_;
    Walk<3> walk_;
    uint32_t x_, y_;
    std::array<uint32_t, 4> parameters_;
    uint32_t scratch_;
    int64_t channels_;
    float epsilon_;
    int threads_;
};

void check_softmax(const Checker &c) { c.types({ACCEL_TYPE_F32}); }

void prepare_softmax(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, static_cast<int64_t>(x.dims.size()) - 1));
    builder.add(std::make_unique<SoftmaxStep>(x, y, axis, builder.threads()), {x.value, y.value});
}

void check_batch_normalization(const Checker &c) { c.real_operands(); }

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

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_SOFTMAX, 1, check_softmax, prepare_softmax},
    {ACCEL_OPERATION_BATCH_NORMALIZATION, 1, check_batch_normalization, prepare_batch_normalization},
};

}  // namespace

const std::span<const CpuOp> kReductionOps = kRows;

}  // namespace accel::cpu
