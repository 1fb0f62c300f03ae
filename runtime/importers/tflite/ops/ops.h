// SPDX-License-Identifier: MIT
// Translators, one per operation of the format: check an operator, infer its results' sizes, and add operations of the catalog to the graph.
#pragma once

#include "tflite/node.h"

namespace accel::tflite::ops {

// window.cpp
void conv_2d(Node &node);
void depthwise_conv_2d(Node &node);
void transpose_conv(Node &node);
void max_pool_2d(Node &node);
void average_pool_2d(Node &node);
// matrix.cpp
void fully_connected(Node &node);
void batch_matmul(Node &node);
// arithmetic.cpp
void arithmetic(Node &node, accel_operation operation, schema::ActivationFunctionType activation);
void compare(Node &node, accel_operation operation);
void not_equal(Node &node);
void squared_difference(Node &node);
void floor_div(Node &node);
void floor_mod(Node &node);
void add_n(Node &node);
void prelu(Node &node);
// unary.cpp
void unary(Node &node, accel_operation operation);
void clip(Node &node, float least, std::optional<float> most);
void rsqrt(Node &node);
void square(Node &node);
void leaky_relu(Node &node);
void elu(Node &node);
void gelu(Node &node);
void softmax(Node &node);
void log_softmax(Node &node);
void l2_normalization(Node &node);
// convert.cpp
void quantize(Node &node);
void densify(Node &node);
void dequantize(Node &node);
void cast(Node &node);
void shape(Node &node);
void rank(Node &node);
void fill(Node &node);
void zeros_like(Node &node);
// reshape.cpp
void reshape(Node &node);
void squeeze(Node &node);
void expand_dims(Node &node);
void transpose(Node &node);
void broadcast_to(Node &node);
void tile(Node &node);
void space_to_batch(Node &node);
void batch_to_space(Node &node);
// join.cpp
void concatenation(Node &node);
void pack(Node &node);
void unpack(Node &node);
void split(Node &node);
void split_v(Node &node);
// slice.cpp
void slice(Node &node);
void strided_slice(Node &node);
void pad(Node &node);
void mirror_pad(Node &node);
void reverse(Node &node);
// choose.cpp
void gather(Node &node);
void gather_nd(Node &node);
void select(Node &node);
void arg_extreme(Node &node, accel_operation operation);
void top_k(Node &node);
// reduce.cpp
void reduce(Node &node, accel_operation operation);
void reduce_bool(Node &node, accel_operation operation);
void cumsum(Node &node);
// resample.cpp
void resize_bilinear(Node &node);
void resize_nearest(Node &node);
void depth_to_space(Node &node);
void space_to_depth(Node &node);

// ---- shared between translators

/// matrix.cpp: one real value per channel, of a bias at the scales of x times those of w.
ValueId real_bias(Node &node, size_t bias, size_t x, size_t w, int64_t channels);
/// arithmetic.cpp: the sizes of the result of operands that spread, in the file's order. CORRUPT where they do not go together.
Sizes broadcast(const Node &node, const Sizes &a, const Sizes &b);
/// slice.cpp: elements at these places along an axis, which is one of x as it lies.
ValueId gathered(Node &node, ValueId x, uint32_t axis, const std::vector<int64_t> &places);

}  // namespace accel::tflite::ops

namespace accel::tflite {

using Translate = void (*)(Node &);
/// NULL: it becomes a custom node.
Translate find_operator(schema::BuiltinOperator op);
size_t operator_count();

}  // namespace accel::tflite
