// SPDX-License-Identifier: MIT
// What devices said, in terms of the model's own nodes: passes fuse, fold and renumber.
#pragma once

#include <string>
#include <vector>

#include "partition.h"

namespace accel::runtime {

struct Support {
    std::vector<uint32_t> nodes;   ///< of the model's graph, ascending
    uint32_t device = UINT32_MAX;  ///< the first that takes it; UINT32_MAX: none
    uint32_t group = 0;            ///< of that device's answer
    uint32_t reason = ACCEL_REASON_OK;
    std::string name, operation, text;
};

/// One row for each node of `prepared`, which was made from `model` and which the partition was asked about.
std::vector<Support> support_of(const Graph &model, const Graph &prepared, const Partition &partition);

}  // namespace accel::runtime
