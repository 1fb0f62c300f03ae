// SPDX-License-Identifier: MIT
// Between real and stored values.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../kernels/floats.h"
#include "../nodes/walk.h"

#include <type_traits>

namespace accel::cpu {
namespace {

// One scale, or one per index of an axis.
class Scales {
public:
    Scales(const Tensor &tensor, uint32_t rounding)
        : scales_(tensor.quantization->scales),
          zero_points_(tensor.quantization->zero_points),
          is_signed_(tensor.type == ACCEL_TYPE_I8),
          half_even_(rounding == ACCEL_ROUNDING_HALF_EVEN || rounding == ACCEL_ROUNDING_NONE),
          strides_(tensor.shape.size(), 0)
    {
        if (!tensor.quantization->per_tensor())
            strides_[tensor.quantization->axis] = 1;
    }

    // Strides that index the scales: 0 everywhere for one scale.
    const Dims &strides() const { return strides_; }

    Quantizing at(int64_t channel) const
    {
        const auto index = static_cast<size_t>(channel);
        return {scales_[index], zero_points_[index], is_signed_, half_even_};
    }

private:
    std::vector<float> scales_;
    std::vector<int32_t> zero_points_;
    bool is_signed_, half_even_;
    Dims strides_;
};

// convert(x, count, scaling, y) for pieces that lie next to each other and share a scale.
template <typename From, typename To, typename Convert> class ScalingStep : public Step {
public:
    ScalingStep(const View &x, const View &y, Scales scales, Convert convert, int threads)
        : walk_(make_walk<3>(y.dims, {y.strides, x.strides, scales.strides()})),
          x_(x.value),
          y_(y.value),
          scales_(std::move(scales)),
          convert_(convert),
          threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const From *>(values[x_]);
        auto *y = reinterpret_cast<To *>(values[y_]);
        const auto [y_step, x_step, scale_step] = walk_.row_stride;
        const bool together = y_step == 1 && x_step == 1 && scale_step == 0;
        walk_.each(threads_, [&, y_step = y_step, x_step = x_step, scale_step = scale_step](const std::array<int64_t, 3> &at, int64_t count) {
            if (together)
                return convert_(x + at[1], count, scales_.at(at[2]), y + at[0]);
            for (int64_t i = 0; i < count; ++i)
                convert_(x + at[1] + i * x_step, 1, scales_.at(at[2] + i * scale_step), y + at[0] + i * y_step);
        });
        return true;
    }

private:
    Walk<3> walk_;
    uint32_t x_, y_;
    Scales scales_;
    Convert convert_;
    int threads_;
};

template <typename From, typename To, typename Convert>
void add_scaling(Builder &builder, const Node &node, const Tensor &scaled, Convert convert)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    builder.add(std::make_unique<ScalingStep<From, To, Convert>>(x, y, Scales(scaled, node.rounding), convert, builder.threads()),
                {x.value, y.value});
}

void dequantize_words(const int32_t *x, int64_t count, const Quantizing &from, float *y)
{
    for (int64_t i = 0; i < count; ++i)
        y[i] = static_cast<float>(int64_t{x[i]} - from.zero_point) * from.scale;
}

void check_quantize(const Checker &c)
{
    if (!quantizable(c.output().type))
        refuse(ACCEL_REASON_TYPE, c.result(), c.output().type, ACCEL_TYPE_I8);
    if (quantizable(c.input(0).type))
        return c.rescaled();
    c.same_type(c.operand(0), ACCEL_TYPE_F32);
    c.scaled(c.result());
    const uint32_t rounding = c.applied().node->rounding;
    if (rounding > ACCEL_ROUNDING_NATURAL)
        refuse(ACCEL_REASON_ROUNDING, ACCEL_TENSOR_NONE, rounding, ACCEL_ROUNDING_HALF_EVEN);
}

void prepare_quantize(Builder &builder, const Node &node)
{
    if (is_quantized(builder.graph(), node))
        return prepare_requantize(builder, node);
    add_scaling<float, uint8_t>(builder, node, builder.graph().tensor(node.outputs[0]), float_kernels().quantize);
}

void check_dequantize(const Checker &c)
{
    c.same_type(c.result(), ACCEL_TYPE_F32);
    if (!quantizable(c.input(0).type) && c.input(0).type != ACCEL_TYPE_I32)
        refuse(ACCEL_REASON_TYPE, c.operand(0), c.input(0).type, ACCEL_TYPE_I8);
    c.scaled(c.operand(0));
}

void prepare_dequantize(Builder &builder, const Node &node)
{
    const Tensor &x = builder.graph().tensor(node.inputs[0]);
    if (x.type == ACCEL_TYPE_I32)
        return add_scaling<int32_t, float>(builder, node, x, dequantize_words);
    add_scaling<uint8_t, float>(builder, node, x, float_kernels().dequantize);
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_QUANTIZE, 1, check_quantize, prepare_quantize},
    {ACCEL_OPERATION_DEQUANTIZE, 1, check_dequantize, prepare_dequantize},
};

}  // namespace

const std::span<const CpuOp> kQuantizeOps = kRows;

}  // namespace accel::cpu
