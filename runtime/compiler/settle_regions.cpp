// SPDX-License-Identifier: MIT
// Gives regions the constants that they capture, and aligns them.
#include "settle_regions.h"

#include <utility>

#include "base/progress.h"
#include "constants.h"

namespace accel::runtime {

namespace {

void settle(const Graph &outer, graph::Budget *budget, Region &region)
{
    pace();
    auto inner = std::make_shared<Graph>(*region.graph);
    hand_in(outer, region, *inner);
    inner->budget = budget;
    align_constants(*inner);
    inner->budget = nullptr;
    for (Node &node : inner->nodes) {
        for (Region &nested : node.regions) settle(*inner, budget, nested);
    }
    region.graph = std::move(inner);
}

}  // namespace

void hand_in(const Graph &outer, Region &region, Graph &inside)
{
    std::erase_if(region.captures, [&](const accel_capture &capture) {
        const Tensor &from = outer.tensors[capture.outer];
        Tensor &to = inside.tensors[capture.inner];
        to.shape = from.shape;
        if (!from.constant()) return false;
        to.data = from.data;
        to.data_bytes = from.data_bytes;
        to.owned = from.owned;
        return true;
    });
}

void settle_regions(Graph &graph)
{
    for (Node &node : graph.nodes) {
        for (Region &region : node.regions) settle(graph, graph.budget, region);
    }
}

}  // namespace accel::runtime
