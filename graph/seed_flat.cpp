// SPDX-License-Identifier: MIT
// Writes flat graphs that the fuzz target starts from.
#include "flat/sample.h"
#include "seed.h"

using namespace accel::graph;

namespace {

/// The sample inside a node of the sample.
std::vector<uint8_t> nested()
{
    FlatSample inner, outer;
    inner.graph.symbols = outer.symbols;
    inner.graph.expressions = outer.expressions;
    const accel_region region{sizeof region, &inner.graph, nullptr, nullptr, nullptr, ACCEL_REGION_ROLE_CUSTOM, 0};
    const accel_region *regions[1] = {&region};
    outer.nodes[1].regions = regions;
    outer.nodes[1].region_count = 1;
    return flatten(outer.graph);
}

/// Short, so that most mutations meet the constant.
std::vector<uint8_t> constant()
{
    const accel_dim dims[1] = {{8, ACCEL_SYMBOL_NONE, 0}};
    const int8_t values[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const accel_tensor_desc tensors[2] = {{"x", ACCEL_TYPE_I8, 1, dims, nullptr, 0, nullptr, 0, 0}, {"c", ACCEL_TYPE_I8, 1, dims, values, 8, nullptr, 0, 0}};
    const uint32_t port[1] = {0};
    accel_graph_desc graph{};
    graph.struct_size = sizeof graph;
    graph.name = "";
    graph.tensors = tensors;
    graph.tensor_count = 2;
    graph.tensor_size = sizeof(accel_tensor_desc);
    graph.node_size = sizeof(accel_node_desc);
    graph.inputs = graph.outputs = port;
    graph.input_count = graph.output_count = 1;
    graph.attribute_size = sizeof(accel_attribute);
    return flatten(graph);
}

}  // namespace

int main(int, char **arguments)
{
    const FlatSample sample;
    write_seed(arguments[1], "inline", flatten(sample.graph));
    write_seed(arguments[1], "referenced", flatten(sample.graph, FlattenOptions{8}));
    write_seed(arguments[1], "nested", nested());
    write_seed(arguments[1], "branches", flatten(BranchSample().graph));
    write_seed(arguments[1], "constant", constant());
    write_seed(arguments[1], "odd", flatten(OddSample().graph));
    return 0;
}
