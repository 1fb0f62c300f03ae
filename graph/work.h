// SPDX-License-Identifier: MIT
// How multiply-accumulates are counted: the works of api/catalog/rules.yaml, by their names there.
#pragma once

#include <accel/graph/applied.h>

namespace accel::graph::work {

uint64_t none(const Applied &node);
uint64_t elementwise(const Applied &node);
uint64_t pool(const Applied &node);
uint64_t conv(const Applied &node);
uint64_t transposed_conv(const Applied &node);
uint64_t gemm(const Applied &node);
uint64_t matmul(const Applied &node);
uint64_t recurrent(const Applied &node);

}  // namespace accel::graph::work
