// SPDX-License-Identifier: MIT
// Inputs whose values are known when a program is built.
#pragma once

#include <accel/accel.h>

#include <vector>

#include "graph/graph.h"
#include "symbols.h"

namespace accel::runtime {

/// Known inputs as a program description lists them.
struct KnownValues {
    const accel_known_value *values = nullptr;
    uint32_t count = 0;
    uint32_t element_size = 0;
};

/// Each becomes a constant, which the graph owns, and is no input of the graph; what its dims say of symbols is added to sizes. Errors:
/// INVALID_ARGUMENT (P-17); LIMIT where the graph's budget does not admit the copy.
accel_status take_known_values(Graph &graph, const KnownValues &known, std::vector<KnownSize> *sizes);

}  // namespace accel::runtime
