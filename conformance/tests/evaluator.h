// SPDX-License-Identifier: MIT
// Whole graphs by the reference: node after node.
#pragma once

#include <accel/accel.h>

#include <set>
#include <string>

#include "reference/rows.h"

namespace accel::conformance {

struct Evaluated {
    std::string refused;  ///< why the graph cannot be evaluated; else "", and:
    std::vector<Tensor> outputs;
    std::set<uint32_t> operations;  ///< that the graph has
};

/// Inputs are given in order, those that are constants or have defaults left out where `inputs` ends.
Evaluated evaluate(const accel_graph_desc &graph, const std::vector<Tensor> &inputs);

}  // namespace accel::conformance
