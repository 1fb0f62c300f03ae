// SPDX-License-Identifier: MIT
// Results whose number follows from values: places of what is not 0, boxes that are kept. Shape rules count them, folds write them.
#pragma once

#include <accel/graph/rules.h>

namespace accel::graph {

/// One number for each axis of what is not 0 in operand 0, element by element; nothing while its value is not known, or has a type of less than a byte.
std::optional<std::vector<int64_t>> places_found(const Applied &node);

/// Batch, class and box of each that is kept; nothing while a value is not known, or where there are more overlaps than a build is to wait for.
std::optional<std::vector<int64_t>> boxes_kept(const Applied &node);

}  // namespace accel::graph
