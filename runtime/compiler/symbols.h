// SPDX-License-Identifier: MIT
// Symbolic dimensions get their values, and everything that follows from them becomes fixed.
#pragma once

#include <accel/accel.h>

#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace accel::runtime {

/// A size that the dims of a known input tell.
struct KnownSize {
    uint32_t symbol;
    int64_t size;
    std::string input;
};

/// After OK every dimension that a node or port uses is fixed, and SHAPE, STARTS and ENDS say final sizes. Errors: INVALID_ARGUMENT (P-7) an unknown name, a
/// value out of range, a symbol that has no value and follows from none, or two that differ.
accel_status specialise(Graph &graph, const accel_symbol_value *values, uint32_t value_count, std::span<const KnownSize> known = {});

/// What has a size is fixed as by specialise; a node over sizes that stay open is set aside as a custom one (set_aside_open). Errors: as specialise, but for symbols that have no value.
accel_status specialise_open(Graph &graph, const accel_symbol_value *values, uint32_t value_count, std::span<const KnownSize> known);

/// The sizes that all symbols of a graph have with these values; -1: none, it depends on data or nothing has it. Errors: as specialise.
accel_status sizes_of_symbols(Graph graph, std::span<const accel_symbol_value> values, std::span<const KnownSize> known, std::vector<int64_t> *out);

/// The free symbols that need a size and get none from these values, in the order of the tensors that have them. Changes the graph. Errors: as specialise.
accel_status find_open_symbols(Graph &graph, const accel_symbol_value *values, uint32_t value_count, std::span<const KnownSize> known, std::vector<uint32_t> *out);

}  // namespace accel::runtime
