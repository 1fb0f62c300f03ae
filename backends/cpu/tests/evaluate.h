// SPDX-License-Identifier: MIT
// Any one operation in binary64, by its definition: what every row of the table is compared with.
// Shares no code with what is tested.
#ifndef ACCEL_BACKENDS_CPU_TESTS_EVALUATE_H
#define ACCEL_BACKENDS_CPU_TESTS_EVALUATE_H

#include "harness.h"

#include <accel/graph/applied.h>

namespace accel::cpu::test
{

struct Real {
    Dims dims;
    std::vector<double> values;
};

// The real values that a tensor with data stands for.
Real decode(const accel_tensor_desc &tensor);

// What the first result, or the result of SPLIT at that position, stands for; all operands have data, the results the right shapes.
Real evaluate(const graph::Applied &node, size_t result = 0);

} // namespace accel::cpu::test

#endif
