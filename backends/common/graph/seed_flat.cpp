// SPDX-License-Identifier: MIT
#include "graph/flat_sample.h"
#include "seed.h"

using namespace accel::graph;

namespace {

/// The sample inside a node of the sample, and a state.
std::vector<uint8_t> nested()
{
    FlatSample inner, outer;
    const accel_graph_desc *regions[1] = {&inner.graph};
    outer.nodes[1].regions = regions;
    outer.nodes[1].region_count = 1;
    outer.tensors[4].flags = ACCEL_TENSOR_FLAG_STATE;
    outer.tensors[4].state_of = 0;
    return flatten(outer.graph);
}

} // namespace

int main(int, char **arguments)
{
    const FlatSample sample;
    accel::write_seed(arguments[1], "inline", flatten(sample.graph));
    accel::write_seed(arguments[1], "referenced", flatten(sample.graph, FlattenOptions{8}));
    accel::write_seed(arguments[1], "nested", nested());
    return 0;
}
