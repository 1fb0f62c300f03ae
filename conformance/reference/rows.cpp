// SPDX-License-Identifier: MIT
// The table of operations and the functions that answer for them.
#include "rows.h"

#include <algorithm>
#include <stdexcept>

namespace accel::conformance {

const std::vector<ReferenceRow> &reference_rows()
{
    static const std::vector<ReferenceRow> rows{
        {ACCEL_OPERATION_CONV, conv},
        {ACCEL_OPERATION_GEMM, gemm},
        {ACCEL_OPERATION_MATMUL, matmul},
        {ACCEL_OPERATION_MAX_POOL, max_pool},
        {ACCEL_OPERATION_AVERAGE_POOL, average_pool},
        {ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, global_average_pool},
        {ACCEL_OPERATION_ADD, arithmetic},
        {ACCEL_OPERATION_SUB, arithmetic},
        {ACCEL_OPERATION_MUL, arithmetic},
        {ACCEL_OPERATION_DIV, arithmetic},
        {ACCEL_OPERATION_RELU, relu},
        {ACCEL_OPERATION_CLIP, clip},
        {ACCEL_OPERATION_SIGMOID, sigmoid},
        {ACCEL_OPERATION_TANH, hyperbolic_tangent},
        {ACCEL_OPERATION_EXP, exponential},
        {ACCEL_OPERATION_SOFTMAX, softmax},
        {ACCEL_OPERATION_RESHAPE, reshape},
        {ACCEL_OPERATION_TRANSPOSE, transpose},
        {ACCEL_OPERATION_CONCAT, concat},
        {ACCEL_OPERATION_SLICE, slice},
        {ACCEL_OPERATION_BATCH_NORMALIZATION, batch_normalization},
        {ACCEL_OPERATION_QUANTIZE, quantize},
        {ACCEL_OPERATION_DEQUANTIZE, dequantize},
        {ACCEL_OPERATION_REDUCE_MEAN, reduce_mean},
        {ACCEL_OPERATION_PAD, pad},
        {ACCEL_OPERATION_CAST, cast},
        {ACCEL_OPERATION_IDENTITY, identity},
        {ACCEL_OPERATION_LEAKY_RELU, leaky_relu},
        {ACCEL_OPERATION_SPLIT, split},
        {ACCEL_OPERATION_GATHER, gather},
        {ACCEL_OPERATION_SHAPE, shape},
        {ACCEL_OPERATION_SIZE, size},
        {ACCEL_OPERATION_EXPAND, expand},
    };
    return rows;
}

std::vector<Answer> answers_to(const Question &question)
{
    for (const auto &row : reference_rows())
        if (row.operation == question.operation) return row.answer(question);
    throw std::runtime_error("the reference has no row for operation " + std::to_string(question.operation));
}

}  // namespace accel::conformance
