// SPDX-License-Identifier: MIT
// Real and stored weights, biases and the scale of their result.
#include "weights.h"

#include <cmath>

namespace accel::conformance {
namespace {

/// The name of the operand at position 2, if the operation has one.
std::string_view bias_name(const Form &form) { return form.row.operands.size() > 2 ? form.row.operands[2].name : ""; }

bool has_bias(const Form &form) { return !bias_name(form).empty() && form.choice(bias_name(form)) != 1; }

Quantization weight_scales(Form &form, accel_type type, size_t channels, size_t channel_axis)
{
    Quantization scales;
    scales.scales = form.draw.reals(form.choice("scales") == 0 ? channels : 1, 0.005, 0.02);
    const bool shifted = type == ACCEL_TYPE_U8;
    scales.zero_points.assign(scales.scales.size(), shifted ? 128 : 0);
    scales.axis = scales.scales.size() > 1 ? static_cast<uint32_t>(channel_axis) : 0;
    return scales;
}

void add_stored(Form &form, const Dims &dims, size_t channel_axis, int64_t products)
{
    const auto channels = static_cast<size_t>(channel_axis < dims.size() ? dims[channel_axis] : 1);
    const accel_type type = form.choice("scales") == 2 ? ACCEL_TYPE_U8 : ACCEL_TYPE_I8;
    const Quantization scales = weight_scales(form, type, channels, channel_axis);
    std::vector<char> bytes;
    // Never the lowest, so that a weight has its negative.
    for (size_t index = 0; index < element_count(dims); ++index) {
        const int weight = form.values() == kExtremeValues ? (form.draw.coin() ? 127 : -127) : form.draw.random.whole(-127, 127);
        append_whole(type, bytes, weight + scales.zero_points[0]);
    }
    form.operand(type, dims, std::move(bytes), true, scales);
    const double x_scale = static_cast<double>(form.question.x().quantization.scales[0]);
    if (has_bias(form)) {
        Quantization bias;
        std::vector<char> values;
        for (size_t channel = 0; channel < channels; ++channel) {
            bias.scales.push_back(static_cast<float>(x_scale * static_cast<double>(scales.scales[scales.scales.size() == 1 ? 0 : channel])));
            append_whole(ACCEL_TYPE_I32, values, form.draw.random.whole(-2000, 2000));
        }
        bias.zero_points.assign(channels, 0);
        form.operand(ACCEL_TYPE_I32, {static_cast<int64_t>(channels)}, std::move(values), true, bias);
    }
    // Most results fill the stored range, some leave it.
    form.result(x_scale * 0.012 * 60 * std::sqrt(static_cast<double>(products)));
}

}  // namespace

void add_weights(Form &form, const Dims &dims, size_t channel_axis, int64_t products, const Dims &bias_dims)
{
    if (form.quantised()) return add_stored(form, dims, channel_axis, products);
    const bool constant = form.second_is_constant(true);
    form.operand(form.subject.type, dims, form.draw.elements(form.subject.type, element_count(dims), form.finite_values(), form.range()), constant);
    if (has_bias(form))
        form.operand(form.subject.type, bias_dims, form.draw.elements(form.subject.type, element_count(bias_dims), form.finite_values() == kZeroValues ? kPlainValues : form.finite_values(), form.range()),
                     constant || form.draw.coin());
    form.result();
}

}  // namespace accel::conformance
