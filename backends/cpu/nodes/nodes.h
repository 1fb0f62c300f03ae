// SPDX-License-Identifier: MIT
// Preparation of nodes: each function adds the steps of one node.
#ifndef ACCEL_BACKENDS_CPU_NODES_NODES_H
#define ACCEL_BACKENDS_CPU_NODES_NODES_H

#include "builder.h"

namespace accel::cpu
{

void prepare_node(Builder &builder, const Node &node);

void prepare_convolution(Builder &builder, const Node &node);
void prepare_gemm(Builder &builder, const Node &node);
void prepare_matmul(Builder &builder, const Node &node);
void prepare_pool(Builder &builder, const Node &node);
void prepare_global_pool(Builder &builder, const Node &node);
void prepare_binary(Builder &builder, const Node &node);
void prepare_unary(Builder &builder, const Node &node);
void prepare_softmax(Builder &builder, const Node &node);
void prepare_batch_normalization(Builder &builder, const Node &node);
void prepare_reduce_mean(Builder &builder, const Node &node);

void prepare_reshape(Builder &builder, const Node &node);
void prepare_transpose(Builder &builder, const Node &node);
void prepare_concat(Builder &builder, const Node &node);
void prepare_split(Builder &builder, const Node &node);
void prepare_slice(Builder &builder, const Node &node);
void prepare_pad(Builder &builder, const Node &node);
void prepare_gather(Builder &builder, const Node &node);
void prepare_cast(Builder &builder, const Node &node);

void prepare_quantize(Builder &builder, const Node &node); // of real values
void prepare_requantize(Builder &builder, const Node &node);
void prepare_dequantize(Builder &builder, const Node &node);
void prepare_quantized_convolution(Builder &builder, const Node &node);
void prepare_quantized_matmul(Builder &builder, const Node &node); // GEMM and MATMUL
void prepare_quantized_binary(Builder &builder, const Node &node);
void prepare_quantized_choice(Builder &builder, const Node &node); // RELU and CLIP
void prepare_quantized_pool(Builder &builder, const Node &node);   // the averaging ones

// y = clamp(a + b), all of one shape.
std::unique_ptr<Step> make_add_step(const View &a, const View &b, const View &y, Clamp clamp, int threads);
// y = clamp(y + factor * c), c stretched to y's shape.
std::unique_ptr<Step> make_scaled_add_step(const View &y, const View &c, float factor, Clamp clamp, int threads);

// y = clamp(y).
std::unique_ptr<Step> make_clamp_step(const View &y, Clamp clamp, int threads);

// Copies elements between two layouts of one shape.
std::unique_ptr<Step> make_copy_step(const View &from, const View &to, int threads);

} // namespace accel::cpu

#endif
