// SPDX-License-Identifier: MIT
// Translators, one per ONNX operator: check a node, infer its results' types and shapes, and add operations of the catalog to the graph.
#pragma once

#include "../node.h"

#include <string_view>

namespace accel::onnx::ops {

// window.cpp
void convolution(Node& node);
void max_pool(Node& node);
void average_pool(Node& node);
void global_average_pool(Node& node);
// matrix.cpp
void gemm(Node& node);
void matmul(Node& node);
// elementwise.cpp
void add(Node& node);
void sub(Node& node);
void mul(Node& node);
void div(Node& node);
void relu(Node& node);
void sigmoid(Node& node);
void tanh(Node& node);
void exp(Node& node);
void leaky_relu(Node& node);
void clip(Node& node);
void cast(Node& node);
// normalise.cpp
void softmax(Node& node);
void batch_normalization(Node& node);
void reduce_mean(Node& node);
// reshape.cpp
void reshape(Node& node);
void flatten(Node& node);
void squeeze(Node& node);
void unsqueeze(Node& node);
void identity(Node& node);
void dropout(Node& node);
// move.cpp
void transpose(Node& node);
void concat(Node& node);
void slice(Node& node);
void split(Node& node);
void pad(Node& node);
void gather(Node& node);
// constant.cpp
void constant(Node& node);
void constant_of_shape(Node& node);
void expand(Node& node);
void shape(Node& node);
void size(Node& node);
// quantise.cpp
void quantize_linear(Node& node);
void dequantize_linear(Node& node);
void qlinear_conv(Node& node);
void qlinear_matmul(Node& node);
void qlinear_add(Node& node);

// ---- shared between translators

constexpr TypeSet kRealTypes = type_set({ACCEL_TYPE_F32});
constexpr TypeSet kNumberTypes = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_I32, ACCEL_TYPE_I64});
constexpr TypeSet kMovedTypes = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_I32, ACCEL_TYPE_I64, ACCEL_TYPE_BOOL});
constexpr TypeSet kPooledTypes = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8});

/// window.cpp: result dims and attributes of a convolution of x by w (operand positions); also used by its quantised form.
Dims convolution_shape(Node& node, size_t x, size_t w, AttributeList& attributes);
/// matrix.cpp: result dims of a matrix product with broadcast batch axes.
Dims matmul_shape(const Node& node, const Dims& a, const Dims& b);
/// reshape.cpp: the dimensions that an operand holds, open where it does not say; nothing where not even their number is known.
std::optional<Dims> sizes_operand(Node& node, size_t index);
/// elementwise.cpp
Dims broadcast_shape(const Node& node, const Dims& a, const Dims& b);
/// reshape.cpp: the operands of a RESHAPE that makes x's shape into dims.
std::vector<ValueId> reshape_operands(Node& node, ValueId x, const Dims& dims);
/// reshape.cpp: a view of input 0 with other dims as the result: an alias of a constant, else a RESHAPE.
void define_reshaped(Node& node, Dims dims);
/// reshape.cpp: the same of any value, as one that only the importer knows.
ValueId define_view(Node& node, ValueId x, Dims dims);


// fold.cpp: small integer results (shapes, and what is calculated from them) are computed now. true: output 0 is defined.
bool fold_binary(Node& node, accel_operation operation);
bool fold_cast(Node& node, uint32_t type);
bool fold_concat(Node& node);
bool fold_gather(Node& node);
/// fold.cpp: from the elements of operand 0, bounds within its size.
bool fold_slice(Node& node, int64_t start, int64_t end, int64_t step);

}  // namespace accel::onnx::ops

namespace accel::onnx {

using Translate = void (*)(Node&);
/// NULL: no such operator here.
Translate find_operator(std::string_view domain, std::string_view name);
size_t operator_count();

}  // namespace accel::onnx
