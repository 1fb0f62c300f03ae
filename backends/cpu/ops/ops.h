// SPDX-License-Identifier: MIT
// The operations of this backend, a row for each: the newest revision that is implemented, what it asks beyond the catalog, and how it is prepared. A row stands
// in the file of its family behind its two functions, so that what is claimed is what is made, and a new operation is that one place.
#pragma once

#include "../checker.h"

#include <array>
#include <span>

namespace accel::cpu {

class Builder;

struct CpuOp {
    uint32_t operation;
    uint32_t revision;
    void (*check)(const Checker &c);                             // throws the refusal; counts, sizes, values and shapes are what the catalog says
    void (*prepare)(Builder &builder, const graph::Node &node);  // adds the steps of a node that passed
};

// Constants, each beside its rows: there before anything runs.
extern const std::span<const CpuOp> kConvolutionOps;  // convolution.cpp
extern const std::span<const CpuOp> kTransposedOps;   // transposed.cpp
extern const std::span<const CpuOp> kMatmulOps;       // matmul.cpp
extern const std::span<const CpuOp> kIntegerOps;      // integers.cpp
extern const std::span<const CpuOp> kPoolOps;         // pool.cpp
extern const std::span<const CpuOp> kMeanOps;         // mean.cpp
extern const std::span<const CpuOp> kArithmeticOps;   // elements.cpp
extern const std::span<const CpuOp> kFunctionOps;     // functions.cpp
extern const std::span<const CpuOp> kReduceOps;       // reduce.cpp
extern const std::span<const CpuOp> kReductionOps;    // reduction.cpp
extern const std::span<const CpuOp> kRowOps;          // rows.cpp
extern const std::span<const CpuOp> kScanOps;         // scan.cpp
extern const std::span<const CpuOp> kMovementOps;     // movement.cpp
extern const std::span<const CpuOp> kBlockOps;        // blocks.cpp
extern const std::span<const CpuOp> kResizeOps;       // resize.cpp
extern const std::span<const CpuOp> kSampleOps;       // sample.cpp
extern const std::span<const CpuOp> kTopOps;          // top.cpp
extern const std::span<const CpuOp> kPlaceOps;        // places.cpp
extern const std::span<const CpuOp> kScatterOps;      // scatter.cpp
extern const std::span<const CpuOp> kQuantizeOps;     // quantize.cpp
extern const std::span<const CpuOp> kRecurrentOps;    // recurrent.cpp
extern const std::span<const CpuOp> kControlOps;      // control.cpp

// elements.cpp: a row for each function of single elements (kernels/elements.h) that no other family has, and the two functions of all of them, which the others
// take for the types that they have no kernels for.
std::span<const CpuOp> element_ops();
void check_elements(const Checker &c);
void prepare_elements(Builder &builder, const graph::Node &node);

// Every family's rows.
inline std::array<std::span<const CpuOp>, 23> op_families()
{
    return {kConvolutionOps, kTransposedOps, kMatmulOps, kIntegerOps, kPoolOps, kMeanOps, kArithmeticOps, kFunctionOps, kReduceOps,
            kReductionOps, kRowOps, kScanOps, kMovementOps, kBlockOps, kPlaceOps, kScatterOps, kResizeOps, kSampleOps, kTopOps, kQuantizeOps, kRecurrentOps, kControlOps, element_ops()};
}

// Null: there is none.
inline const CpuOp *find_op(uint32_t operation)
{
    for (const auto family : op_families())
        for (const CpuOp &op : family)
            if (op.operation == operation)
                return &op;
    return nullptr;
}

}  // namespace accel::cpu
