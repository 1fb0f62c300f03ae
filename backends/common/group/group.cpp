// SPDX-License-Identifier: MIT
// Numbers groups in one walk over the nodes.
#include "group/group.h"

#include <algorithm>

namespace accel::group {
namespace {

// What is known of the producer of each tensor while nodes are walked in order.
struct Origin {
    uint32_t level = 0;  // highest group number on any path to it
    bool claimed = false;
};

}  // namespace

std::vector<uint32_t> convex(const graph::View &graph, const std::vector<bool> &claimed)
{
    std::vector<uint32_t> groups(graph.node_count());
    std::vector<Origin> origins(graph.tensor_count());
    for (uint32_t i = 0; i < graph.node_count(); ++i) {
        uint32_t level = claimed[i] ? 1 : 0;
        for (const uint32_t tensor : graph::inputs(graph.node(i)))
            if (tensor != ACCEL_TENSOR_NONE) {
                const Origin &origin = origins[tensor];
                const bool comes_back = claimed[i] && !origin.claimed && origin.level != 0;
                level = std::max(level, origin.level + (comes_back ? 1 : 0));
            }
        for (const uint32_t tensor : graph::outputs(graph.node(i)))
            if (tensor != ACCEL_TENSOR_NONE)
                origins[tensor] = {level, claimed[i]};
        groups[i] = claimed[i] ? level : 0;
    }
    return groups;
}

}  // namespace accel::group
