// SPDX-License-Identifier: MIT
// Small graphs of one operation, to ask a device about.
#pragma once

#include <accel/graph/catalog.h>
#include <accel/graph/graph.h>

#include <vector>

namespace accel::tool {

struct SampleForm {
    uint32_t type;          ///< of the first operand
    uint32_t rounding = 0;  ///< not 0: all that has 8 bits is quantised, and so requantised
};

/// Graphs of one node that keep the rules of shapes and types, the plainest first; none where the shapes, attributes and values that are tried here fit the operation nowhere. The graphs hold their constants.
std::vector<graph::Graph> sample_graphs(const graph::OperationRow &row, const SampleForm &form, size_t most);

}  // namespace accel::tool
