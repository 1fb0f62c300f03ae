// SPDX-License-Identifier: MIT
// QuantizeLinear and DequantizeLinear as arithmetic on real numbers, for what no quantisation of a tensor says.
#pragma once

#include "onnx/node.h"

namespace accel::onnx::ops {

/// Where scales lie: one for each index of an axis, or with a size above 0 one for so many of that axis and each index of all others.
struct Blocks {
    int64_t axis;
    int64_t size = 0;
};

/// Is one of these operands, scales and zero points, computed at run time?
bool is_computed(const Node &node, std::initializer_list<size_t> operands);

/// Operand 0 in the stored type; the quotient has the real type `precision`.
void quantize_by_steps(Node &node, uint32_t type, uint32_t precision, const Blocks &blocks);
/// Operand 0, which is stored, in a real type.
void dequantize_by_steps(Node &node, uint32_t type, const Blocks &blocks);

/// The reals of an operand, with one number for scale and zero point, and the node's result stored so.
ValueId reals_by_steps(Node &node, size_t data, size_t scale, size_t zero_point);
void store_by_steps(Node &node, ValueId reals, size_t scale, size_t zero_point, uint32_t type);

/// QLinearMatMul with one number for each scale and zero point, with a result of these sizes.
void qlinear_matmul_by_steps(Node &node, Dims dims);

}  // namespace accel::onnx::ops
