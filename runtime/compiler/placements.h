// SPDX-License-Identifier: MIT
// The placement report.
#pragma once

#include "open_parts.h"
#include "parts/report.h"

namespace accel::runtime {

/// One row for each node of the pieces, which are the program's segments: where it went, and why not elsewhere, or why it is a step of another operation.
void list_placements(const Graph &graph, const std::vector<Piece> &pieces, const Partition &partition, const OpenSet *open, std::vector<PlacementRow> &out);

}  // namespace accel::runtime
