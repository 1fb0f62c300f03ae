// SPDX-License-Identifier: MIT
// Requirements of quantised operations.
#include "checker.h"
#include "graph.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace accel::cpu
{
namespace
{

bool in_range(uint32_t type, int32_t zero_point)
{
    return type == ACCEL_TYPE_U8 ? zero_point >= 0 && zero_point <= 255 : zero_point >= -128 && zero_point <= 127;
}

// Multipliers are quotients of scales: keep them all normal numbers.
bool normal(float scale) { return scale > 1e-18f && scale < 1e18f; }

// Of a constant bias, or 0.
int64_t largest_bias(const Checker &c, int64_t channels)
{
    if (!c.has_input(2))
        return 0;
    if (!graph::is_constant(c.input(2)))
        refuse(ACCEL_REASON_CONSTANT, c.operand(2));
    c.same_type(c.operand(2), ACCEL_TYPE_I32);
    std::vector<int32_t> values(static_cast<size_t>(channels));
    std::memcpy(values.data(), c.input(2).data, values.size() * sizeof(int32_t));
    int64_t most = 0;
    for (const int64_t value : values)
        most = std::max(most, std::abs(value));
    return most;
}

} // namespace

void Checker::rounding() const
{
    if (node_.rounding < ACCEL_ROUNDING_HALF_EVEN || node_.rounding > ACCEL_ROUNDING_NATURAL)
        refuse(ACCEL_REASON_ROUNDING, ACCEL_TENSOR_NONE, node_.rounding, ACCEL_ROUNDING_HALF_EVEN);
}

void Checker::per_tensor(uint32_t tensor) const
{
    const graph::Quantization found = quantization(tensor);
    if (!found.per_tensor())
        refuse(ACCEL_REASON_QUANTIZATION, tensor, static_cast<int64_t>(found.scales.size()), 1);
    if (!normal(found.scales[0]))
        refuse(ACCEL_REASON_QUANTIZATION, tensor);
    if (quantizable(graph_.tensor(tensor).type) && !in_range(graph_.tensor(tensor).type, found.zero_points[0]))
        refuse(ACCEL_REASON_QUANTIZATION, tensor, found.zero_points[0], 0);
}

void Checker::scaled(uint32_t tensor) const
{
    const accel_tensor_desc &described = graph_.tensor(tensor);
    const graph::Quantization found = quantization(tensor);
    for (const int32_t zero_point : found.zero_points)
        if (quantizable(described.type) && !in_range(described.type, zero_point))
            refuse(ACCEL_REASON_QUANTIZATION, tensor, zero_point, 0);
    const auto count = static_cast<int64_t>(found.scales.size());
    if (!found.per_tensor() && (found.axis >= described.rank || count != described.dims[found.axis].size))
        refuse(ACCEL_REASON_QUANTIZATION, tensor);
}

void Checker::ratio(double operand_scale) const
{
    constexpr double kMost = 1 << 20;
    const double ratio = operand_scale / static_cast<double>(quantization(result()).scales[0]);
    if (!(ratio > 1.0 / (int64_t{1} << 60) && ratio < kMost))
        refuse(ACCEL_REASON_QUANTIZATION, result());
}

void Checker::rescaled() const
{
    per_tensor(operand(0));
    per_tensor(result());
    ratio(static_cast<double>(quantization(operand(0)).scales[0]));
    rounding();
}

void Checker::quantized_weights(uint32_t channel_axis) const
{
    per_tensor(operand(0));
    if (!quantizable(output().type))
        refuse(ACCEL_REASON_TYPE, result(), output().type, ACCEL_TYPE_I8);
    per_tensor(result());
    rounding();
    const uint32_t index = operand(1);
    const accel_tensor_desc &w = graph_.tensor(index);
    if (!graph::is_constant(w))
        refuse(ACCEL_REASON_CONSTANT, index);
    if (!quantizable(w.type))
        refuse(ACCEL_REASON_TYPE, index, w.type, ACCEL_TYPE_I8);
    const int64_t channels = w.dims[channel_axis].size;
    const graph::Quantization found = quantization(index);
    const auto count = static_cast<int64_t>(found.scales.size());
    if (!found.per_tensor() && (found.axis != channel_axis || count != channels))
        refuse(ACCEL_REASON_QUANTIZATION, index, count, channels);
    for (size_t i = 0; i < found.scales.size(); ++i)
        if (!normal(found.scales[i]) || !in_range(w.type, found.zero_points[i]))
            refuse(ACCEL_REASON_QUANTIZATION, index, found.zero_points[i], 0);
    const auto [least, most] = std::ranges::minmax(found.scales);
    const auto scale = static_cast<double>(quantization(operand(0)).scales[0]);
    ratio(scale * static_cast<double>(least));
    ratio(scale * static_cast<double>(most));
    // 255 * 255 per product bounds every combination of types and zero points.
    const int64_t depth = element_count(*graph::fixed_dims(w)).value() / channels, limit = (INT64_C(1) << 31) - 1;
    const int64_t bias = largest_bias(*this, channels);
    if (depth > limit / (255 * 255) || depth * 255 * 255 + bias > limit)
        refuse(ACCEL_REASON_SIZE, index, depth, (limit - bias) / (255 * 255));
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

void check_dequantize(const Checker &c)
{
    c.same_type(c.result(), ACCEL_TYPE_F32);
    if (!quantizable(c.input(0).type) && c.input(0).type != ACCEL_TYPE_I32)
        refuse(ACCEL_REASON_TYPE, c.operand(0), c.input(0).type, ACCEL_TYPE_I8);
    c.scaled(c.operand(0));
}

} // namespace accel::cpu
