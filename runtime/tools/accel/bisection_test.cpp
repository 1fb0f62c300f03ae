// SPDX-License-Identifier: MIT
// Tests of finding a change, and of the heads of graphs that it looks at.
#include "bisection.h"

#include <catch2/catch_test_macros.hpp>

#include "common.h"
#include "graph_head.h"

using namespace accel::tool;

TEST_CASE("a change is found wherever it is, with few questions")
{
    for (uint32_t last = 1; last < 40; ++last)
        for (uint32_t where = 1; where <= last; ++where) {
            const Change change = find_change(last, [&](uint32_t place) { return place >= where; });
            if (change.at != where || change.before != where - 1 || change.asked > 6) FAIL("last " << last << ", at " << where << ": " << change.before << " to " << change.at << ", " << change.asked << " asked");
        }
}

TEST_CASE("places that cannot say are passed over, and counted")
{
    const Change change = find_change(16, [](uint32_t place) { return place >= 6 && place <= 9 ? std::nullopt : std::optional<bool>(place >= 8); });
    CHECK(change.before == 5);
    CHECK(change.at == 10);
    CHECK(change.silent == 4);
    const Change none = find_change(3, [](uint32_t) { return std::nullopt; });
    CHECK(none.before == 0);
    CHECK(none.at == 3);
    CHECK(none.asked == 0);
}

TEST_CASE("the head of a graph gives what the rest reads, each with a name of its own")
{
    // x -> a -> b -> y; b2 = b + a; a is read behind b, c is a string, and the name of b2 is that of the input.
    const accel_dim dim{2, ACCEL_SYMBOL_NONE, 0};
    std::vector<accel_tensor_desc> tensors;
    for (const char *name : {"x", "a", "", "x", "y"}) tensors.push_back({name, ACCEL_TYPE_F32, 1, &dim, nullptr, 0, nullptr, 0, 0});
    const uint32_t operands[] = {0, 1, 1, 2, 2, 3}, results[] = {1, 2, 3, 4};
    std::vector<accel_node_desc> nodes(4);
    for (uint32_t index = 0; index < 4; ++index) {
        nodes[index].inputs = operands + (index < 2 ? index : 2 * index - 2);
        nodes[index].input_count = index < 2 ? 1 : 2;
        nodes[index].outputs = results + index;
        nodes[index].output_count = 1;
    }
    auto graph = accel::sized<accel_graph_desc>();
    graph.tensors = tensors.data();
    graph.tensor_count = 5;
    graph.tensor_size = sizeof(accel_tensor_desc);
    graph.nodes = nodes.data();
    graph.node_count = 4;
    graph.node_size = sizeof(accel_node_desc);
    graph.inputs = operands;
    graph.input_count = 1;
    graph.outputs = results + 3;
    graph.output_count = 1;
    const auto outputs = [&](uint32_t count) { return GraphHead(graph, count).outputs(); };
    CHECK(outputs(1) == std::vector<uint32_t>{1});
    CHECK(outputs(2) == std::vector<uint32_t>{1, 2});
    CHECK(outputs(3) == std::vector<uint32_t>{2, 3});
    CHECK(outputs(4) == std::vector<uint32_t>{4});
    CHECK(GraphHead(graph, 4, {1}).outputs() == std::vector<uint32_t>{1, 4});
    const GraphHead head(graph, 3);
    CHECK(head.get().node_count == 3);
    CHECK(std::string(accel_graph_tensor(&head.get(), 2)->name) == "tensor 2");
    CHECK(std::string(accel_graph_tensor(&head.get(), 3)->name) == "x'");
    CHECK(std::string(tensors[3].name) == "x");
    tensors[2].type = ACCEL_TYPE_STRING;
    CHECK(outputs(2) == std::vector<uint32_t>{1});
    CHECK(makers(graph) == std::vector<uint32_t>{ACCEL_NONE, 0, 1, 2, 3});
}
