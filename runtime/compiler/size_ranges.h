// SPDX-License-Identifier: MIT
// How large the symbols of a graph may be.
#pragma once

#include <accel/graph/expressions.h>

#include <span>
#include <vector>

#include "graph/graph.h"

namespace accel::runtime {

/// As large as importers let a size be, and so no bound of anything.
inline constexpr int64_t kNoBound = INT32_MAX;

/// By symbol, where those that are not worked out here lie in `known`: derived ones as their expression says, those of data below the bound that they have.
std::vector<graph::Range> size_ranges(const Graph &graph, std::span<const graph::Range> known);

/// The largest that each may be with these sizes, of which -1 says none; ACCEL_SIZE_UNBOUNDED: there is no bound.
std::vector<int64_t> size_bounds(const Graph &graph, std::span<const int64_t> sizes);

/// The graph with these sizes for its symbols, where they have one.
Graph with_sizes(const Graph &graph, std::span<const int64_t> sizes);

}  // namespace accel::runtime
