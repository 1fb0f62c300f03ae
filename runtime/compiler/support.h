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
    uint32_t group = 0;            ///< of what that device builds as a whole, counted through the device set; 0: none takes it
    uint32_t reason = ACCEL_REASON_OK;
    std::string name, operation, text;
};

/// One row for each node of `prepared`, which was made from `model`, and which the partition has cut into these groups.
std::vector<Support> support_of(const Graph &model, const Graph &prepared, const Partition &partition, const std::vector<Piece> &groups);

}  // namespace accel::runtime
