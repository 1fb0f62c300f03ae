// SPDX-License-Identifier: MIT
// Groups of small graphs, with refused nodes beside and between.
#include "group/group.h"

#include <catch2/catch_test_macros.hpp>

#include <vector>

using namespace accel;

namespace {

// Nodes of one output each; tensor 0 is the graph's input, tensor n + 1 what node n makes.
std::vector<uint32_t> groups_of(const std::vector<std::vector<uint32_t>> &inputs, const std::vector<bool> &claimed)
{
    std::vector<accel_tensor_desc> tensors(inputs.size() + 1);
    std::vector<accel_node_desc> nodes(inputs.size());
    std::vector<uint32_t> outputs(inputs.size());
    for (uint32_t i = 0; i < inputs.size(); ++i) {
        outputs[i] = i + 1;
        nodes[i].inputs = inputs[i].data();
        nodes[i].input_count = static_cast<uint32_t>(inputs[i].size());
        nodes[i].outputs = &outputs[i];
        nodes[i].output_count = 1;
    }
    accel_graph_desc graph{};
    graph.struct_size = sizeof graph;
    graph.tensors = tensors.data();
    graph.tensor_count = static_cast<uint32_t>(tensors.size());
    graph.tensor_size = sizeof(accel_tensor_desc);
    graph.nodes = nodes.data();
    graph.node_count = static_cast<uint32_t>(nodes.size());
    graph.node_size = sizeof(accel_node_desc);
    return group::convex(graph::View(graph), claimed);
}

using Groups = std::vector<uint32_t>;

}  // namespace

TEST_CASE("claimed nodes in a row are one group", "[group]")
{
    CHECK(groups_of({{0}, {1}, {2}}, {true, true, true}) == Groups{1, 1, 1});
    CHECK(groups_of({{0}, {1}}, {false, true}) == Groups{0, 1});
    CHECK(groups_of({}, {}).empty());
}

TEST_CASE("what comes back after a refused node is another group", "[group]")
{
    CHECK(groups_of({{0}, {1}, {2}}, {true, false, true}) == Groups{1, 0, 2});
    CHECK(groups_of({{0}, {1}, {2}, {3}, {4}}, {true, false, true, false, true}) == Groups{1, 0, 2, 0, 3});
    // A second way past the refused node would leave the group and come back.
    CHECK(groups_of({{0}, {1}, {1, 2}}, {true, false, true}) == Groups{1, 0, 2});
    // Two refused ones in a row count once, and beside it the first group goes on.
    CHECK(groups_of({{0}, {1}, {2}, {3}, {1}}, {true, false, false, true, true}) == Groups{1, 0, 0, 2, 1});
}

TEST_CASE("an absent operand says nothing", "[group]")
{
    CHECK(groups_of({{0}, {1}, {ACCEL_TENSOR_NONE, 2}}, {true, true, true}) == Groups{1, 1, 1});
}
