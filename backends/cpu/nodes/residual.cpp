// SPDX-License-Identifier: MIT
// Which rule of addition follows a convolution's sums, and with which constants.
#include "residual.h"

#include <algorithm>

namespace accel::cpu {
namespace {

// Whether quotients from the inverse store the same byte as divisions for every pair of stored values.
bool inverse_is_exact(const Addition &rule, const HalfEven &made)
{
    constexpr int64_t kValues = 256;
    std::vector<int32_t> sums(kValues);
    const std::vector<float> ones(kValues, 1.0f);
    std::vector<uint8_t> addends(kValues * kValues), divided(kValues * kValues), multiplied(kValues * kValues);
    for (int64_t i = 0; i < kValues * kValues; ++i)
        addends[static_cast<size_t>(i)] = static_cast<uint8_t>(i / kValues);
    for (int64_t i = 0; i < kValues; ++i)
        sums[static_cast<size_t>(i)] = static_cast<int32_t>(made.low) + static_cast<int32_t>(i);
    const HalfEven as_they_are{ones.data(), made.low, made.high, made.zero_point};
    Addition without = rule;
    without.inverse = 0;
    const auto finish = integer_kernels().finish_added;
    finish({sums.data(), 0, kValues, kValues, divided.data(), addends.data(), kValues}, as_they_are, without);
    finish({sums.data(), 0, kValues, kValues, multiplied.data(), addends.data(), kValues}, as_they_are, rule);
    return divided == multiplied;
}

Addition real_rule(const Graph &graph, const Node &add, const Tensor &made, const Tensor &addend, const HalfEven &made_rule)
{
    const Tensor &result = graph.tensor(add.outputs[0]);
    const StoredRange range = stored_range(result, graph.fusion(add).clamp, add.rounding);
    Addition rule;
    rule.scale = scale_of(made), rule.addend_scale = scale_of(addend), rule.result_scale = scale_of(result);
    rule.zero_point = zero_point_of(addend), rule.result_zero_point = zero_point_of(result);
    rule.low = static_cast<float>(range.low - rule.result_zero_point), rule.high = static_cast<float>(range.high - rule.result_zero_point);
    rule.is_signed = addend.type == ACCEL_TYPE_I8, rule.result_is_signed = result.type == ACCEL_TYPE_I8;
    rule.inverse = 1.0f / rule.result_scale;
    if (!inverse_is_exact(rule, made_rule))
        rule.inverse = 0;
    return rule;
}

// Both operands come to twice the larger scale.
double common_scale(const Tensor &made, const Tensor &addend)
{
    return 2 * std::max(static_cast<double>(scale_of(made)), static_cast<double>(scale_of(addend)));
}

double widened_scale(const Tensor &made, const Tensor &addend, const Tensor &result)
{
    return common_scale(made, addend) / ((1 << kAdditionShift) * static_cast<double>(scale_of(result)));
}

FixedAddition fixed_rule(const Graph &graph, const Node &add, const Tensor &made, const Tensor &addend)
{
    const Tensor &result = graph.tensor(add.outputs[0]);
    const StoredRange range = stored_range(result, graph.fusion(add).clamp, add.rounding);
    const double common = common_scale(made, addend);
    FixedAddition rule;
    rule.made = *fixed_scale(static_cast<double>(scale_of(made)) / common);
    rule.addend = *fixed_scale(static_cast<double>(scale_of(addend)) / common);
    rule.sum = *fixed_scale(widened_scale(made, addend, result));
    rule.zero_point = zero_point_of(addend), rule.result_zero_point = zero_point_of(result);
    rule.low = range.low - rule.result_zero_point, rule.high = range.high - rule.result_zero_point;
    rule.is_signed = addend.type == ACCEL_TYPE_I8;
    return rule;
}

}  // namespace

std::vector<double> sum_multipliers(const Tensor &x, const Tensor &w, const Tensor &y)
{
    std::vector<double> all;
    for (const float scale : w.quantization->scales)
        all.push_back(static_cast<double>(scale_of(x)) * static_cast<double>(scale) / static_cast<double>(scale_of(y)));
    return all;
}

bool can_follow(const Graph &graph, const Node &convolution, const Node &add)
{
    if (convolution.rounding != add.rounding)
        return false;
    if (add.rounding == ACCEL_ROUNDING_HALF_EVEN)
        return true;
    const Tensor &made = graph.tensor(convolution.outputs[0]);
    const std::vector<double> multipliers = sum_multipliers(graph.tensor(convolution.inputs[0]), graph.tensor(convolution.inputs[1]), made);
    return fixed_scale(widened_scale(graph.tensor(add.inputs[0]), graph.tensor(add.inputs[1]), graph.tensor(add.outputs[0]))) &&
           std::ranges::all_of(multipliers, [](double multiplier) { return fixed_scale(multiplier).has_value(); });
}

SumsFinish finish_with(const Graph &graph, const Node &add, const Tensor &made, const Tensor &addend, Requantizer requantizer)
{
    if (add.rounding != ACCEL_ROUNDING_HALF_EVEN)
        return {std::move(requantizer), fixed_rule(graph, add, made, addend)};
    const Addition rule = real_rule(graph, add, made, addend, requantizer.half_even(0));
    return {std::move(requantizer), rule};
}

}  // namespace accel::cpu
