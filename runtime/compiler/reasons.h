// SPDX-License-Identifier: MIT
// Refusals as sentences.
#pragma once

#include <accel/backend.h>

#include <string>

#include "graph/graph.h"

namespace accel::runtime {

/// "element type f32 of tensor 'x', expected i8". For ROUNDING, expected is the set of roundings that the device offers.
std::string refusal_text(const Graph &graph, const Node &node, const accel_bk_support &answer);

}  // namespace accel::runtime
