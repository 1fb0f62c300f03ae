// SPDX-License-Identifier: MIT
// Stored tensors of QLinear operators and their like: what scale and zero point operands say of them, and what they stand for.
#pragma once

#include "quantise_steps.h"
#include "steps.h"

namespace accel::onnx::ops {

constexpr TypeSet kStoredTypes = type_set({ACCEL_TYPE_I8, ACCEL_TYPE_U8});
constexpr TypeSet kScaleTypes = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F16, ACCEL_TYPE_BF16});

/// Every type of scales that is taken here has numbers that float has.
std::vector<float> read_scales(const Node &node, size_t index);
/// Quantisers give a channel of nothing but zeros the scale 0. There any scale says the same: one that others have keeps multipliers in their range.
void mend_zero_scales(const Node &node, const Value &stored, Quantization &quantization);
/// Scale and zero point operands as the quantisation of an operand, and of a result with these dims.
Quantization operand_quantization(const Node &node, size_t data, size_t scale, size_t zero_point, const Blocks &blocks);
Quantization result_quantization(const Node &node, size_t scale, size_t zero_point, const Dims &dims, const Blocks &blocks);
/// The value with this quantisation: itself, or for a constant that others read differently a second view of the same bytes.
ValueId quantized(Node &node, ValueId id, const Quantization &quantization);
/// Bytes, and a zero point of their type where there is one.
void expect_stored_operand(const Node &node, size_t data, size_t zero_point);
/// The type that a result is stored in: that of its zero point.
uint32_t stored_type(const Node &node, size_t zero_point);
ValueId define_quantized(Node &node, uint32_t type, Dims dims, Quantization quantization);

/// The reals that an operand stores, with one scale, or one for each index of an axis where it is constant. Scale and zero point may be computed.
ValueId reals_of(Steps &steps, size_t data, size_t scale, size_t zero_point, int64_t axis = 0);
/// The node's result: reals, stored with the one scale and zero point that these operands have, in the zero point's type, else in that one.
void give_stored(Steps &steps, ValueId reals, size_t scale, size_t zero_point, uint32_t otherwise = ACCEL_TYPE_U8);

}  // namespace accel::onnx::ops
