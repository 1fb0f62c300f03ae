// SPDX-License-Identifier: MIT
// All passes that come before any device is asked, in their order.
#pragma once

#include <accel/accel.h>

#include <span>

#include "base/constant_budget.h"
#include "graph/graph.h"
#include "known_values.h"
#include "passes.h"

namespace accel::runtime {

/// What passes are told by the program description.
struct PrepareRequest {
    const accel_symbol_value *symbols = nullptr;
    uint32_t symbol_count = 0;
    uint32_t rounding = 0;
    KnownValues known = {};
    ConstantBudget *budget = nullptr;  ///< pays for constants that passes make or copy; null: nobody counts
    PassWatch watch = {};              ///< empty: nobody is told of passes
};

/// Fixed shapes, canonical form, quantised operations, aligned constants, a name for every tensor and node. Throws Stopped.
accel_status prepare(Graph &graph, const PrepareRequest &request);

/// The same for sizes that stay open: what is over them is as the model has it, the rest as prepare makes it. known_sizes: what known inputs say of symbols. Throws Stopped.
accel_status prepare_open(Graph &graph, const PrepareRequest &request, std::vector<KnownSize> *known_sizes);

/// The same of what prepare_open has made and pieces were taken out of (collapse), which stay as they are, for these sizes of its symbols. Throws Stopped.
accel_status prepare_rest(Graph &graph, std::span<const int64_t> sizes, const PrepareRequest &request);

}  // namespace accel::runtime
