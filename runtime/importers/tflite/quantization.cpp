// SPDX-License-Identifier: MIT
// Reads and checks quantisation parameters.
#include "quantization.h"

#include "common/failure.h"

#include <algorithm>
#include <cmath>

namespace accel::tflite {

using namespace importer;

namespace {

std::pair<int64_t, int64_t> range_of(schema::TensorType type)
{
    switch (type) {
    case schema::TensorType::INT8: return {INT8_MIN, INT8_MAX};
    case schema::TensorType::UINT8: return {0, UINT8_MAX};
    case schema::TensorType::INT4: return {-8, 7};
    case schema::TensorType::INT16: return {INT16_MIN, INT16_MAX};
    default: return {INT32_MIN, INT32_MAX};
    }
}

}  // namespace

std::optional<Quantization> quantization_of(const schema::Tensor &tensor, std::span<const int64_t> dims, const ConstantStore &store)
{
    const schema::QuantizationParameters *given = tensor.quantization();
    if (given == nullptr) {
        return std::nullopt;
    }
    const std::string_view name = text_of(tensor.name());
    if (given->details_type() != 0) {
        unsupported("tensor '", name, "' is quantised in a way of its own (details of kind ", int{given->details_type()}, "); scale and zero point, for all or along one axis, are read here");
    }
    const std::span<const float> scales = list_of(given->scale());
    const std::span<const int64_t> zero_points = list_of(given->zero_point());
    if (scales.empty()) {
        return std::nullopt;
    }
    if (!zero_points.empty() && zero_points.size() != scales.size() && zero_points.size() != 1) {
        corrupt("tensor '", name, "' has ", scales.size(), " scales and ", zero_points.size(), " zero points");
    }
    Quantization out;
    if (scales.size() > 1) {
        const int32_t axis = given->quantized_dimension();
        if (axis < 0 || static_cast<size_t>(axis) >= dims.size() || dims[static_cast<size_t>(axis)] != static_cast<int64_t>(scales.size())) {
            corrupt("tensor '", name, "' has ", scales.size(), " scales along axis ", axis, " of ", to_text(fixed_dims(dims)));
        }
        out.axis = static_cast<uint32_t>(axis);
        // Many tensors may name one list.
        store.host.charge(scales.size() * (sizeof(float) + sizeof(int32_t)), text("the scales of tensor '", name, "'"));
    }
    out.scales.assign(scales.begin(), scales.end());
    for (const float scale : out.scales) {
        if (!std::isfinite(scale) || scale < 0) {
            corrupt("tensor '", name, "' has a scale of ", scale, ", it must be finite and above 0");
        }
    }
    const auto [least, most] = range_of(tensor.type());
    for (size_t i = 0; i < scales.size(); ++i) {
        const int64_t zero_point = zero_points.empty() ? 0 : zero_points[zero_points.size() == 1 ? 0 : i];
        if (zero_point < least || zero_point > most) {
            corrupt("tensor '", name, "' has a zero point of ", zero_point, ", its type has ", least, " to ", most);
        }
        out.zero_points.push_back(static_cast<int32_t>(zero_point));
    }
    return out;
}

namespace {

bool is_zero(std::span<const int64_t> dims, std::span<const int8_t> stored, const Quantization &quantization, size_t channel)
{
    int64_t inner = 1;
    for (size_t i = quantization.axis + 1; quantization.per_axis() && i < dims.size(); ++i) {
        inner *= dims[i];
    }
    for (size_t i = 0; i < stored.size(); ++i) {
        const size_t at = quantization.per_axis() ? i / static_cast<size_t>(inner) % quantization.scales.size() : 0;
        if (at == channel && stored[i] != static_cast<int8_t>(quantization.zero_points[channel])) {
            return false;
        }
    }
    return true;
}

}  // namespace

void mend_zero_scales(std::string_view name, std::span<const int64_t> dims, std::span<const int8_t> stored, Quantization &quantization)
{
    const float largest = *std::max_element(quantization.scales.begin(), quantization.scales.end());
    for (size_t channel = 0; channel < quantization.scales.size(); ++channel) {
        if (quantization.scales[channel] != 0) {
            continue;
        }
        if (stored.empty() || !is_zero(dims, stored, quantization, channel)) {
            unsupported("tensor '", name, "' has a scale of 0, and is no constant of zeros there");
        }
        quantization.scales[channel] = largest > 0 ? largest : 1.0f;
    }
}

Quantization bias_quantization(const Quantization &x, const Quantization &weights)
{
    Quantization out;
    out.zero_points.assign(weights.scales.size(), 0);
    for (const float scale : weights.scales) {
        out.scales.push_back(x.scales.front() * scale);
        if (!std::isfinite(out.scales.back()) || out.scales.back() <= 0) {
            unsupported("scales of ", x.scales.front(), " and ", scale, ", whose product is no positive number");
        }
    }
    return out;
}

}  // namespace accel::tflite
