// SPDX-License-Identifier: MIT
// Scales and zero points of the format's tensors.
#pragma once

#include "common/constant.h"
#include "common/graph.h"
#include "file.h"

namespace accel::tflite {

using importer::Quantization;

/// What a tensor's parameters say; nothing if it has none. UNSUPPORTED for parameters that are none of scale, zero point and one axis; CORRUPT where their numbers do not go together.
std::optional<Quantization> quantization_of(const schema::Tensor &tensor, std::span<const int64_t> dims, const importer::ConstantStore &store);

/// Quantisers give a channel of nothing but zeros the scale 0. There any scale says the same: one that others have keeps multipliers in their range. UNSUPPORTED where a 0 is not of that kind.
void mend_zero_scales(std::string_view name, std::span<const int64_t> dims, std::span<const int8_t> stored, Quantization &quantization);

/// The scales of a bias: x's times the weights'. UNSUPPORTED where the product is no positive number.
Quantization bias_quantization(const Quantization &x, const Quantization &weights);

}  // namespace accel::tflite
