// SPDX-License-Identifier: MIT
// All passes that come before any device is asked, in their order.
#pragma once

#include <accel/accel.h>

#include "../constant_budget.h"
#include "../graph.h"
#include "known_values.h"

namespace accel::runtime {

/// What passes are told by the program description.
struct PrepareRequest {
    const accel_symbol_value *symbols = nullptr;
    uint32_t symbol_count = 0;
    uint32_t rounding = 0;
    KnownValues known = {};
    ConstantBudget *budget = nullptr;  ///< pays for constants that passes make or copy; null: nobody counts
};

/// Fixed shapes, canonical form, quantised operations, aligned constants, a name for every tensor and node. Throws Stopped.
accel_status prepare(Graph &graph, const PrepareRequest &request);

}  // namespace accel::runtime
