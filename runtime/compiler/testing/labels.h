// SPDX-License-Identifier: MIT
// What a pass has left of a graph.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "graph/graph_check.h"

namespace accel::testing {

/// What the nodes were, each with all that was fused into it.
inline std::vector<std::string> labels(const runtime::Graph &graph)
{
    std::vector<std::string> out;
    for (const runtime::Node &node : graph.nodes) out.push_back(node.label());
    return out;
}
using Labels = std::vector<std::string>;

inline void require_valid(const runtime::Graph &graph)
{
    const accel_status status = runtime::check_rules(graph);
    INFO(accel_last_error()->message);
    REQUIRE(status == ACCEL_STATUS_OK);
}

}  // namespace accel::testing
