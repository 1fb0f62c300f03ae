// SPDX-License-Identifier: MIT
// Which sizes of a model stay open, what is planned for them, and how large its ports may become.
#pragma once

#include <accel/accel.h>

#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "known_values.h"
#include "parts/open_symbol.h"

namespace accel::runtime {

/// What an application says of symbols.
struct SizeRequest {
    std::vector<accel_symbol_value> given;   ///< with a size
    std::vector<accel_symbol_value> ranges;  ///< of those that stay open
};

/// Errors: INVALID_ARGUMENT (P-7) for what cannot be said of a symbol.
accel_status read_sizes(std::span<const accel_symbol_value> values, SizeRequest *out);

struct OpenPlan {
    std::vector<OpenSymbol> symbols;  ///< empty: every size follows from what is given
    /// Of an input or output with an open size.
    struct Port {
        std::string name;
        std::vector<int64_t> dims;  ///< none is larger; ACCEL_SIZE_UNBOUNDED: no bound is known
    };
    std::vector<Port> ports;
};

/// Errors: INVALID_ARGUMENT (P-7) an unknown symbol, an impossible range; as specialise.
accel_status plan_open_sizes(const Graph &graph, const KnownValues &known, const SizeRequest &request, OpenPlan *out);

}  // namespace accel::runtime
