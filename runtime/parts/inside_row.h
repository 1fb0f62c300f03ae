// SPDX-License-Identifier: MIT
// Rows of the placement report that are about nodes inside of others.
#pragma once

#include "report.h"

namespace accel::runtime {

/// Of a node inside a region: its operation is indented by two spaces for each region around it, and it follows the row of the node that the region is of. Modules number the other rows.
inline bool is_inside(const PlacementRow &row) { return row.operation.starts_with("  "); }

}  // namespace accel::runtime
