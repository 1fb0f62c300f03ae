// SPDX-License-Identifier: MIT
// Graphs whose sizes are open: built once, and told their sizes when they are bound.
#pragma once

#include "objects.h"

namespace accel::witness {

/// In a blob, in the place of a number of elements: an open graph follows.
constexpr uint64_t kOpen = UINT64_MAX;

/// Does the witness take a node over open sizes? Sums of equal shapes, "witness:Repeat" (its input again and again, as long as its result is) and "witness:Positive" (the
/// elements above 0; how many there are depends on data).
bool takes_open(const accel_graph_desc *graph, const accel_node_desc &node);

void write_open(const accel_graph_desc *graph, const int64_t *planned, std::vector<uint64_t> &words);
/// From word number `at` on, which moves behind it. False: there are fewer words than they say.
bool read_open(const std::vector<uint64_t> &words, size_t &at, OpenGraph &out);

/// Sizes of a bind are those that the graph was built for, or there are none.
void check_sizes(const Graph &graph, const accel_bk_bind_desc &desc);
/// What a port of the graph needs at least with these sizes.
uint64_t shortest_bytes(const Graph &graph, uint32_t port, const accel_bk_bind_desc &desc);
/// LIMIT: an output has too little memory, and nothing of it was written.
accel_status execute_open(accel_bk_run &run);

}  // namespace accel::witness
