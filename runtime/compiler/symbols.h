// SPDX-License-Identifier: MIT
// Symbolic dimensions get their values, and everything that follows from them becomes fixed.
#pragma once

#include <accel/accel.h>

#include "../graph.h"

namespace accel::runtime {

/// After OK every dimension that a node or port uses is fixed, and SHAPE, STARTS and ENDS say final sizes. Errors: INVALID_ARGUMENT (P-7) an unknown name, a
/// value out of range, a symbol that has no value and follows from none.
accel_status specialise(Graph &graph, const accel_symbol_value *values, uint32_t value_count);

}  // namespace accel::runtime
