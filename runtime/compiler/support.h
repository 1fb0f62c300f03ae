// SPDX-License-Identifier: MIT
// What devices said, in terms of the model's own nodes: passes fuse, fold and renumber.
#pragma once

#include <string>
#include <vector>

#include "partition.h"

namespace accel::runtime {

struct Support {
    uint32_t node = 0;             ///< of the model's graph
    uint32_t device = UINT32_MAX;  ///< the first that takes it; UINT32_MAX: none
    uint32_t unit = 0;             ///< position + 1 of the prepared node that stands for it; 0: folded away
    uint32_t reason = ACCEL_REASON_OK;
    std::string name, operation;
    std::string text;
};

/// One row for each node of the model. `prepared` was made from it, and the partition was asked about that.
std::vector<Support> support_of(const Graph &model, const Graph &prepared, const Partition &partition);

}  // namespace accel::runtime
