// SPDX-License-Identifier: MIT
// The operations of this backend, a row for each: the newest revision that is implemented, what it asks beyond the catalog, and how it is prepared. The two
// functions of a row stand together in the file of their family, so that what is claimed is what is made.
#ifndef ACCEL_BACKENDS_CPU_OPS_OPS_H
#define ACCEL_BACKENDS_CPU_OPS_OPS_H

#include "../checker.h"

#include <iterator>

namespace accel::cpu
{

class Builder;

struct CpuOp {
    uint32_t operation;
    uint32_t revision;
    void (*check)(const Checker &c);                       // throws the refusal; counts, sizes, values and shapes are what the catalog says
    void (*prepare)(Builder &builder, const graph::Node &node); // adds the steps of a node that passed
};

// convolution.cpp
void check_convolution(const Checker &c);
void prepare_convolution(Builder &builder, const graph::Node &node);

// matmul.cpp
void check_gemm(const Checker &c);
void check_matmul(const Checker &c);
void prepare_gemm(Builder &builder, const graph::Node &node);
void prepare_matmul(Builder &builder, const graph::Node &node);

// pool.cpp
void check_pool(const Checker &c);
void check_global_pool(const Checker &c);
void prepare_pool(Builder &builder, const graph::Node &node);
void prepare_global_pool(Builder &builder, const graph::Node &node);

// mean.cpp
void check_reduce_mean(const Checker &c);
void prepare_reduce_mean(Builder &builder, const graph::Node &node);

// elementwise.cpp
void check_binary(const Checker &c);
void check_cast(const Checker &c);
void prepare_binary(Builder &builder, const graph::Node &node);
void prepare_cast(Builder &builder, const graph::Node &node);

// functions.cpp
void check_unary(const Checker &c);
void check_choice(const Checker &c);
void prepare_unary(Builder &builder, const graph::Node &node);
void prepare_choice(Builder &builder, const graph::Node &node);

// reduction.cpp
void check_batch_normalization(const Checker &c);
void prepare_softmax(Builder &builder, const graph::Node &node);
void prepare_batch_normalization(Builder &builder, const graph::Node &node);

// movement.cpp
void check_move(const Checker &c);
void check_concat(const Checker &c);
void check_pad(const Checker &c);
void check_gather(const Checker &c);
void prepare_reshape(Builder &builder, const graph::Node &node);
void prepare_transpose(Builder &builder, const graph::Node &node);
void prepare_concat(Builder &builder, const graph::Node &node);
void prepare_split(Builder &builder, const graph::Node &node);
void prepare_slice(Builder &builder, const graph::Node &node);
void prepare_pad(Builder &builder, const graph::Node &node);
void prepare_gather(Builder &builder, const graph::Node &node);

// quantize.cpp
void check_quantize(const Checker &c);
void check_dequantize(const Checker &c);
void prepare_quantize(Builder &builder, const graph::Node &node);
void prepare_dequantize(Builder &builder, const graph::Node &node);

inline constexpr CpuOp kOps[] = {
    {ACCEL_OPERATION_CONV, 1, check_convolution, prepare_convolution},
    {ACCEL_OPERATION_GEMM, 1, check_gemm, prepare_gemm},
    {ACCEL_OPERATION_MATMUL, 1, check_matmul, prepare_matmul},
    {ACCEL_OPERATION_MAX_POOL, 1, check_pool, prepare_pool},
    {ACCEL_OPERATION_AVERAGE_POOL, 1, check_pool, prepare_pool},
    {ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, 1, check_global_pool, prepare_global_pool},
    {ACCEL_OPERATION_ADD, 1, check_binary, prepare_binary},
    {ACCEL_OPERATION_SUB, 1, check_binary, prepare_binary},
    {ACCEL_OPERATION_MUL, 1, check_binary, prepare_binary},
    {ACCEL_OPERATION_DIV, 1, check_binary, prepare_binary},
    {ACCEL_OPERATION_RELU, 1, check_choice, prepare_choice},
    {ACCEL_OPERATION_CLIP, 1, check_choice, prepare_choice},
    {ACCEL_OPERATION_SIGMOID, 1, check_unary, prepare_unary},
    {ACCEL_OPERATION_TANH, 1, check_unary, prepare_unary},
    {ACCEL_OPERATION_EXP, 1, check_unary, prepare_unary},
    {ACCEL_OPERATION_SOFTMAX, 1, check_unary, prepare_softmax},
    {ACCEL_OPERATION_RESHAPE, 1, check_move, prepare_reshape},
    {ACCEL_OPERATION_TRANSPOSE, 1, check_move, prepare_transpose},
    {ACCEL_OPERATION_CONCAT, 1, check_concat, prepare_concat},
    {ACCEL_OPERATION_SLICE, 1, check_move, prepare_slice},
    {ACCEL_OPERATION_BATCH_NORMALIZATION, 1, check_batch_normalization, prepare_batch_normalization},
    {ACCEL_OPERATION_QUANTIZE, 1, check_quantize, prepare_quantize},
    {ACCEL_OPERATION_DEQUANTIZE, 1, check_dequantize, prepare_dequantize},
    {ACCEL_OPERATION_REDUCE_MEAN, 1, check_reduce_mean, prepare_reduce_mean},
    {ACCEL_OPERATION_PAD, 1, check_pad, prepare_pad},
    {ACCEL_OPERATION_CAST, 1, check_cast, prepare_cast},
    {ACCEL_OPERATION_IDENTITY, 1, check_move, prepare_reshape},
    {ACCEL_OPERATION_LEAKY_RELU, 1, check_unary, prepare_unary},
    {ACCEL_OPERATION_SPLIT, 1, check_move, prepare_split},
    {ACCEL_OPERATION_GATHER, 1, check_gather, prepare_gather},
};

// Each row is at the place that its operation's number says.
constexpr bool in_order()
{
    for (size_t i = 0; i < std::size(kOps); ++i)
        if (kOps[i].operation != i + 1)
            return false;
    return true;
}
static_assert(in_order());

// Null: there is none.
inline const CpuOp *find_op(uint32_t operation) { return operation - 1 < std::size(kOps) ? &kOps[operation - 1] : nullptr; }

} // namespace accel::cpu

#endif
