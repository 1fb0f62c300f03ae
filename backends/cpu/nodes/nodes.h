// SPDX-License-Identifier: MIT
// What several operations are made of: the stored forms of those that also compute with real values, and single steps.
#pragma once

#include "builder.h"

namespace accel::cpu {

void prepare_requantize(Builder &builder, const Node &node);
void prepare_quantized_convolution(Builder &builder, const Node &node);
void prepare_quantized_matmul(Builder &builder, const Node &node);  // GEMM and MATMUL
void prepare_quantized_binary(Builder &builder, const Node &node);
void prepare_quantized_choice(Builder &builder, const Node &node);  // RELU and CLIP
void prepare_quantized_pool(Builder &builder, const Node &node);    // the averaging ones

// y = clamp(a + b), all of one shape.
std::unique_ptr<Step> make_add_step(const View &a, const View &b, const View &y, Clamp clamp, int threads);
// y = clamp(y + factor * c), c stretched to y's shape.
std::unique_ptr<Step> make_scaled_add_step(const View &y, const View &c, float factor, Clamp clamp, int threads);

// y = clamp(y).
std::unique_ptr<Step> make_clamp_step(const View &y, Clamp clamp, int threads);

// Copies elements between two layouts of one shape.
std::unique_ptr<Step> make_copy_step(const View &from, const View &to, int threads);

}  // namespace accel::cpu
