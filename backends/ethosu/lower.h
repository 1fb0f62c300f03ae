// SPDX-License-Identifier: MIT
// Graph -> program: what is claimed, where tensors live, in which order the NPU works.
#pragma once

#include "blob.h"
#include "plan.h"

#include <accel/layouts/layout.h>

#include <functional>
#include <string>
#include <vector>

namespace accel::ethosu {

// A claim for every node. Claimed nodes share a group number as long as no path
// between two of them leaves the group.
// `progress` is told the fraction done before each node; what it throws ends the query.
std::vector<accel_bk_support> query(const graph::View &graph, const std::function<void(double)> &progress = {});

// Ports of a graph: inputs, then outputs.
struct Ports {
    std::vector<uint32_t> tensors;
    std::vector<layouts::Layout> layouts;  // channels-last
};

Ports ports_of(const graph::View &graph);

struct Lowered {
    accel_status status = ACCEL_STATUS_OK;
    std::string message;  // when it is not OK
    Program program;
};

// `progress` is told the fraction done after each node; what it throws ends it.
Lowered lower(const graph::View &graph, const std::function<void(double)> &progress);

}  // namespace accel::ethosu
