// SPDX-License-Identifier: MIT
// Small random graphs, each of one operation and what the CPU backend fuses with it.
#pragma once

#include "harness.h"

#include <memory>
#include <random>
#include <string>

namespace accel::cpu::test {

struct RandomGraph {
    std::unique_ptr<GraphMaker> graph;
    std::vector<Bytes> inputs;
    std::string text;    // to find a shape again
    bool finite = true;  // the inputs
};

// A convolution of one to three spatial axes: grouped, depthwise, dilated, strided, padded beyond its windows; with any of a constant bias per
// channel, a residual, an activation behind it.
RandomGraph random_convolution(std::mt19937 &random);
// GEMM or MATMUL: transposed, stretched, of vectors and batches; with any of an addend and an activation.
RandomGraph random_product(std::mt19937 &random);
// A pool or an operation on two tensors, with an activation.
RandomGraph random_activated(std::mt19937 &random);

}  // namespace accel::cpu::test
