// SPDX-License-Identifier: MIT
// The operations that plan_node knows, each to its newest revision that is implemented here.
#pragma once

#include <accel/backend.h>

namespace accel::ethosu {

inline constexpr accel_bk_operation kOperations[] = {
    {ACCEL_OPERATION_CONV, 1},
    {ACCEL_OPERATION_GEMM, 1},
    {ACCEL_OPERATION_MATMUL, 1},
    {ACCEL_OPERATION_MAX_POOL, 1},
    {ACCEL_OPERATION_AVERAGE_POOL, 1},
    {ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, 1},
    {ACCEL_OPERATION_ADD, 1},
    {ACCEL_OPERATION_SUB, 1},
    {ACCEL_OPERATION_MUL, 1},
    {ACCEL_OPERATION_QUANTIZE, 1},
    {ACCEL_OPERATION_RELU, 1},
    {ACCEL_OPERATION_CLIP, 1},
    {ACCEL_OPERATION_RESHAPE, 1},
    {ACCEL_OPERATION_IDENTITY, 1},
    {ACCEL_OPERATION_TRANSPOSE, 1},
    {ACCEL_OPERATION_CONCAT, 1},
    {ACCEL_OPERATION_SLICE, 1},
};

}  // namespace accel::ethosu
