// SPDX-License-Identifier: MIT
// Requirements of quantised operations.
#include "checker.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace accel::cpu
{
namespace
{

bool quantizable(uint32_t type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8; }

bool in_range(uint32_t type, int32_t zero_point)
{
    return type == ACCEL_TYPE_U8 ? zero_point >= 0 && zero_point <= 255 : zero_point >= -128 && zero_point <= 127;
}

} // namespace

void Checker::rounding() const
{
    if (node_.rounding < ACCEL_ROUNDING_HALF_EVEN || node_.rounding > ACCEL_ROUNDING_NATURAL)
        refuse(ACCEL_REASON_ROUNDING, kNone, node_.rounding, ACCEL_ROUNDING_HALF_EVEN);
}

void Checker::per_tensor(uint32_t tensor) const
{
    const auto &quantization = graph_.tensor(tensor).quantization;
    if (!quantization || !quantization->per_tensor())
        refuse(ACCEL_REASON_QUANTIZATION, tensor, quantization ? static_cast<int64_t>(quantization->scales.size()) : 0, 1);
    // Multipliers are quotients of scales: keep them all normal numbers.
    if (!(quantization->scales[0] > 1e-18f && quantization->scales[0] < 1e18f))
        refuse(ACCEL_REASON_QUANTIZATION, tensor);
    if (quantizable(graph_.tensor(tensor).type) && !in_range(graph_.tensor(tensor).type, quantization->zero_points[0]))
        refuse(ACCEL_REASON_QUANTIZATION, tensor, quantization->zero_points[0], 0);
}

// The kernels compute with them in 32 bits.
void Checker::zero_points_in_range(uint32_t tensor) const
{
    const auto &quantization = graph_.tensor(tensor).quantization;
    for (size_t i = 0; quantization && i < quantization->zero_points.size(); ++i)
        if (!in_range(graph_.tensor(tensor).type, quantization->zero_points[i]))
            refuse(ACCEL_REASON_QUANTIZATION, tensor, quantization->zero_points[i], 0);
}

// The quotients of scales that multiply sums stay inside what every rounding rule can express.
void Checker::ratios(double operand_scale) const
{
    constexpr double kMost = 1 << 20;
    const double ratio = operand_scale / static_cast<double>(output().quantization->scales[0]);
    if (!(ratio > 1.0 / (int64_t{1} << 60) && ratio < kMost))
        refuse(ACCEL_REASON_QUANTIZATION, node_.outputs[0]);
}

// The sum of a channel must fit 32 bits whatever the activations are.
void Checker::quantized_weights(size_t weight_position, size_t channel_axis, int64_t channels, size_t bias_position) const
{
    per_tensor(node_.inputs[0]);
    if (!quantizable(output().type))
        refuse(ACCEL_REASON_TYPE, node_.outputs[0], output().type, ACCEL_TYPE_I8);
    per_tensor(node_.outputs[0]);
    rounding();
    const uint32_t index = node_.inputs[weight_position];
    const Tensor &w = graph_.tensor(index);
    if (!w.constant())
        refuse(ACCEL_REASON_CONSTANT, index);
    if (!quantizable(w.type))
        refuse(ACCEL_REASON_TYPE, index, w.type, ACCEL_TYPE_I8);
    const auto &quantization = w.quantization;
    if (!quantization || (!quantization->per_tensor() &&
                          (quantization->axis != channel_axis || static_cast<int64_t>(quantization->scales.size()) != channels)))
        refuse(ACCEL_REASON_QUANTIZATION, index, quantization ? static_cast<int64_t>(quantization->scales.size()) : 0, channels);
    for (size_t i = 0; i < quantization->scales.size(); ++i) {
        if (!(quantization->scales[i] > 1e-18f && quantization->scales[i] < 1e18f) || !in_range(w.type, quantization->zero_points[i]))
            refuse(ACCEL_REASON_QUANTIZATION, index, quantization->zero_points[i], 0);
        ratios(static_cast<double>(input(0).quantization->scales[0]) * static_cast<double>(quantization->scales[i]));
    }
    // 255 * 255 per product bounds every combination of types and zero points.
    const int64_t depth = w.elements() / channels, limit = (INT64_C(1) << 31) - 1;
    int64_t bias_bound = 0;
    if (has_input(bias_position)) {
        const uint32_t bias_index = node_.inputs[bias_position];
        const Tensor &bias = graph_.tensor(bias_index);
        if (!bias.constant())
            refuse(ACCEL_REASON_CONSTANT, bias_index);
        same_type(bias_index, ACCEL_TYPE_I32);
        std::vector<int32_t> values(static_cast<size_t>(channels));
        std::memcpy(values.data(), bias.data, values.size() * sizeof(int32_t));
        for (const int64_t value : values)
            bias_bound = std::max(bias_bound, std::abs(value));
    }
    if (depth > limit / (255 * 255) || depth * 255 * 255 + bias_bound > limit)
        refuse(ACCEL_REASON_SIZE, index, depth, (limit - bias_bound) / (255 * 255));
}

void Checker::quantize() const
{
    operands(1, 1, 1);
    shape(node_.outputs[0], input(0).dims);
    if (!quantizable(output().type))
        refuse(ACCEL_REASON_TYPE, node_.outputs[0], output().type, ACCEL_TYPE_I8);
    if (quantizable(input(0).type)) {
        per_tensor(node_.inputs[0]);
        per_tensor(node_.outputs[0]);
        ratios(static_cast<double>(input(0).quantization->scales[0]));
        return rounding();
    }
    same_type(node_.inputs[0], ACCEL_TYPE_F32);
    zero_points_in_range(node_.outputs[0]);
    const auto &quantization = output().quantization;
    if (!quantization ||
        (!quantization->per_tensor() &&
         (quantization->axis >= output().rank || static_cast<int64_t>(quantization->scales.size()) != output().dims[quantization->axis])))
        refuse(ACCEL_REASON_QUANTIZATION, node_.outputs[0]);
    if (node_.rounding > ACCEL_ROUNDING_NATURAL)
        refuse(ACCEL_REASON_ROUNDING, kNone, node_.rounding, ACCEL_ROUNDING_HALF_EVEN);
}

void Checker::dequantize() const
{
    operands(1, 1, 1);
    shape(node_.outputs[0], input(0).dims);
    same_type(node_.outputs[0], ACCEL_TYPE_F32);
    if (!quantizable(input(0).type) && input(0).type != ACCEL_TYPE_I32)
        refuse(ACCEL_REASON_TYPE, node_.inputs[0], input(0).type, ACCEL_TYPE_I8);
    if (quantizable(input(0).type))
        zero_points_in_range(node_.inputs[0]);
    const auto &quantization = input(0).quantization;
    if (!quantization ||
        (!quantization->per_tensor() &&
         (quantization->axis >= input(0).rank || static_cast<int64_t>(quantization->scales.size()) != input(0).dims[quantization->axis])))
        refuse(ACCEL_REASON_QUANTIZATION, node_.inputs[0]);
}

} // namespace accel::cpu
