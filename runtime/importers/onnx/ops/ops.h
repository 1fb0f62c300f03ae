// SPDX-License-Identifier: MIT
// Translators, one per ONNX operator: check a node, infer its results' types and shapes, and add operations of the catalog to the graph.
#pragma once

#include "onnx/node.h"

#include <string_view>

namespace accel::onnx::ops {

// window.cpp
void convolution(Node &node);
void convolution_integer(Node &node);
void max_pool(Node &node);
void average_pool(Node &node);
void global_average_pool(Node &node);
void global_max_pool(Node &node);
// attention.cpp
void attention(Node &node);
// linear_attention.cpp
void linear_attention(Node &node);
// causal_convolution.cpp
void causal_convolution(Node &node);
// fourier.cpp
void dft(Node &node);
void stft(Node &node);
// matrix.cpp
void gemm(Node &node);
void matmul(Node &node);
void matmul_integer(Node &node);
// elementwise.cpp
void by_record(Node &node);  // any operator whose sizes follow from its operands' in a way that schema.h has a family for
void prelu(Node &node);
void clip(Node &node);
void cast(Node &node);
// normalise.cpp
void softmax(Node &node);
void hardmax(Node &node);
void lp_normalization(Node &node);
void batch_normalization(Node &node);
void layer_normalization(Node &node);
void rms_normalization(Node &node);
void mean_variance_normalization(Node &node);
// loss.cpp
void negative_log_likelihood_loss(Node &node);
void softmax_cross_entropy_loss(Node &node);
// control.cpp
void if_else(Node &node);
// reduce.cpp
void reduce(Node &node);
void arg_extreme(Node &node);
void cumulative(Node &node);
// transposed.cpp
void transposed_convolution(Node &node);
// recurrent.cpp
void recurrent(Node &node);
void dynamic_quantize_lstm(Node &node);
// reshape.cpp
void reshape(Node &node);
void flatten(Node &node);
void squeeze(Node &node);
void unsqueeze(Node &node);
void identity(Node &node);
void dropout(Node &node);
// blocks.cpp
void depth_to_space(Node &node);
void space_to_depth(Node &node);
// move.cpp
void transpose(Node &node);
void concat(Node &node);
void slice(Node &node);
void split(Node &node);
void gather(Node &node);
// pad.cpp
void pad(Node &node);
// places.cpp
void tile(Node &node);
void gather_elements(Node &node);
void gather_nd(Node &node);
void scatter_elements(Node &node);
void scatter_nd(Node &node);
void trilu(Node &node);
void top_k(Node &node);
// sample.cpp
void affine_grid(Node &node);
void grid_sample(Node &node);
// einsum.cpp
void einsum(Node &node);
// chosen.cpp
void one_hot(Node &node);
void reverse_sequence(Node &node);
void array_feature_extractor(Node &node);
void binarizer(Node &node);
// window_sums.cpp
void lp_pool(Node &node);
void max_unpool(Node &node);
void col2im(Node &node);
void center_crop_pad(Node &node);
// attention.cpp
void rotary_embedding(Node &node);
void swiglu(Node &node);
void tensor_scatter(Node &node);
// signal.cpp
void hann_window(Node &node);
void hamming_window(Node &node);
void blackman_window(Node &node);
void mel_weight_matrix(Node &node);
// fused.cpp
void exact_gelu(Node &node);
void fast_gelu(Node &node);
void quick_gelu(Node &node);
void fused_matmul(Node &node);
void fused_conv(Node &node);
void fused_gemm(Node &node);
void simplified_layer_normalization(Node &node);
void skip_layer_normalization(Node &node);
void skip_rms_normalization(Node &node);
// transformer.cpp
void microsoft_attention(Node &node);
void quantised_attention(Node &node);
void multi_head_attention(Node &node);
void embed_layer_normalization(Node &node);
// qlinear.cpp
void qlinear_sigmoid(Node &node);
void qlinear_leaky_relu(Node &node);
void qlinear_mul(Node &node);
void qlinear_average_pool(Node &node);
void qlinear_global_average_pool(Node &node);
void qlinear_concat(Node &node);
void qlinear_softmax(Node &node);
void qlinear_where(Node &node);
void qgemm(Node &node);
void dynamic_quantize_matmul(Node &node);
void matmul_integer_to_float(Node &node);
// few_bits.cpp
void matmul_few_bits(Node &node);
// trees.cpp
void tree_classifier(Node &node);
void tree_regressor(Node &node);
// scores.cpp
void linear_classifier(Node &node);
void linear_regressor(Node &node);
void normalizer(Node &node);
void zip_map(Node &node);
void label_encoder(Node &node);
// found.cpp
void non_zero(Node &node);
void non_max_suppression(Node &node);
void compress(Node &node);
// grams.cpp
void tf_idf_vectorizer(Node &node);
// deformed.cpp
void deformed_convolution(Node &node);
// bits.cpp
void bit_cast(Node &node);
// resize.cpp
void resize(Node &node);
void upsample(Node &node);
// constant.cpp
void constant(Node &node);
void constant_of_shape(Node &node);
void expand(Node &node);
void range(Node &node);
void eye_like(Node &node);
void shape(Node &node);
void size(Node &node);
// quantise.cpp
void quantize_linear(Node &node);
void dequantize_linear(Node &node);
void qlinear_conv(Node &node);
void qlinear_matmul(Node &node);
void qlinear_add(Node &node);
void dynamic_quantize_linear(Node &node);

// ---- shared between translators

constexpr TypeSet kRealTypes = type_set({ACCEL_TYPE_F32});
constexpr TypeSet kMovedTypes = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_F64, ACCEL_TYPE_F16, ACCEL_TYPE_BF16, ACCEL_TYPE_I8, ACCEL_TYPE_U8, ACCEL_TYPE_I16, ACCEL_TYPE_U16, ACCEL_TYPE_I32,
                                          ACCEL_TYPE_U32, ACCEL_TYPE_I64, ACCEL_TYPE_U64, ACCEL_TYPE_BOOL});
constexpr TypeSet kPooledTypes = type_set({ACCEL_TYPE_F32, ACCEL_TYPE_I8, ACCEL_TYPE_U8});

/// window.cpp: result dims and attributes of a convolution of x by w (operand positions); also used by its quantised form.
Dims convolution_shape(Node &node, size_t x, size_t w, AttributeList &attributes);
/// matrix.cpp: both operands are bytes, and their zero points, which are the operands two behind them, are of their types.
void expect_stored(const Node &node, size_t x, size_t w);
/// matrix.cpp: result dims and attributes of a Gemm, whose third operand spreads or has the result's dims.
Dims gemm_shape(Node &node, bool spreads, AttributeList &attributes);
/// matrix.cpp: result dims of a matrix product with broadcast batch axes.
Dims matmul_shape(const Node &node, const Dims &a, const Dims &b);
/// reshape.cpp: the dimensions that an operand holds, open where it does not say; nothing where not even their number is known.
std::optional<Dims> sizes_operand(Node &node, size_t index);
/// stored.cpp: the reals that an operand stores, with one scale, one for each index of its first axis, or one for each of that and of the last.
ValueId dequantized(Node &node, size_t data, size_t scale, size_t zero_point);
/// bits.cpp: a cast to an 8-bit float whose overflow is infinite, or NaN where the type has no infinity.
void unsaturated_cast(Node &node, uint32_t type);
/// elementwise.cpp
Dims broadcast_shape(const Node &node, const Dims &a, const Dims &b);
/// reshape.cpp: the operands of a RESHAPE that makes x's shape into dims.
std::vector<ValueId> reshape_operands(Node &node, ValueId x, const Dims &dims);
/// reshape.cpp: a view of input 0 with other dims as the result: an alias of a constant, else a RESHAPE.
void define_reshaped(Node &node, Dims dims);
/// reshape.cpp: the same of any value, as one that only the importer knows.
ValueId define_view(Node &node, ValueId x, Dims dims);

// fold.cpp: small integer results (shapes, and what is calculated from them) are computed now. true: output 0 is defined.
bool fold_binary(Node &node, accel_operation operation);
bool fold_unary(Node &node, accel_operation operation);
bool fold_choice(Node &node);
bool fold_comparison(Node &node, accel_operation operation);  // what sizes that are open cannot decide is not folded
bool fold_logic(Node &node, accel_operation operation);
bool fold_cast(Node &node, uint32_t type);
bool fold_concat(Node &node);
bool fold_gather(Node &node);
/// Of operand 0 along one axis, from start on, a place that is in it where the result has any.
bool fold_slice(Node &node, Dims dims, size_t axis, int64_t start, int64_t step);
bool fold_transpose(Node &node, const Dims &dims, const std::vector<int64_t> &perm);

}  // namespace accel::onnx::ops

namespace accel::onnx {

using Translate = void (*)(Node &);
/// NULL: no such operator here. What no row of the table has is read by its record, where the schema says the family.
Translate find_operator(std::string_view domain, std::string_view name);
size_t operator_count();

}  // namespace accel::onnx
