// SPDX-License-Identifier: MIT
// Tests of which rows of an answer belong to which nodes of the model.
#include "support.h"

#include <catch2/catch_test_macros.hpp>

#include "prepare.h"
#include "testing/builder.h"
#include "testing/fake_compiler.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::FakeCompiler;
using accel::testing::takes;

TEST_CASE("P-11 a fused node stands for all that it took in", "[compiler]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4}), y = b.input("y", ACCEL_TYPE_F32, {4});
    const uint32_t same = b.tensor("same", ACCEL_TYPE_F32, {4}), sum = b.tensor("sum", ACCEL_TYPE_F32, {4}), out = b.tensor("out", ACCEL_TYPE_F32, {4});
    b.node("identity", ACCEL_OPERATION_IDENTITY, {x}, {same});
    b.node("add", ACCEL_OPERATION_ADD, {same, y}, {sum});
    b.node("relu", ACCEL_OPERATION_RELU, {sum}, {out});
    const uint32_t end = b.tensor("end", ACCEL_TYPE_F32, {4});
    b.node("exp", ACCEL_OPERATION_EXP, {out}, {end});
    b.output(end);
    Graph graph = b.graph;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) graph.nodes[i].origins = graph.origins.only(i);
    REQUIRE(prepare(graph, {}) == ACCEL_STATUS_OK);
    REQUIRE(graph.nodes.size() == 2);
    FakeCompiler adder(0, "adder", takes({ACCEL_OPERATION_ADD})), rest(1, "rest", takes({ACCEL_OPERATION_EXP}));
    Partition partition(graph, {adder.target(), rest.target()}, {}, 0);
    std::vector<Piece> groups;
    REQUIRE(partition.groups(&groups) == ACCEL_STATUS_OK);
    const auto rows = support_of(b.graph, graph, partition, groups);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].nodes == std::vector<uint32_t>{0, 1, 2});  // the identity was folded away in front of the sum
    CHECK(rows[0].device == 0);
    CHECK(rows[0].group != 0);
    CHECK(rows[0].operation == "Add+Relu");
    CHECK(rows[1].nodes == std::vector<uint32_t>{3});
    CHECK(rows[1].name == "exp");
    CHECK(rows[1].device == 1);
    CHECK(rows[1].reason != ACCEL_REASON_OK);
    CHECK(rows[1].text.find("adder") != std::string::npos);
}

TEST_CASE("P-11 a node that several have taken in is in the row of each", "[compiler]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4});
    const uint32_t same = b.tensor("same", ACCEL_TYPE_F32, {4}), left = b.tensor("left", ACCEL_TYPE_F32, {4}), right = b.tensor("right", ACCEL_TYPE_F32, {4});
    const uint32_t end = b.tensor("end", ACCEL_TYPE_F32, {4}), out = b.tensor("out", ACCEL_TYPE_F32, {4});
    b.node("identity", ACCEL_OPERATION_IDENTITY, {x}, {same});
    b.node("exp", ACCEL_OPERATION_EXP, {same}, {left});
    b.node("sigmoid", ACCEL_OPERATION_SIGMOID, {same}, {right});
    b.node("add", ACCEL_OPERATION_ADD, {left, right}, {end});
    b.node("through", ACCEL_OPERATION_IDENTITY, {end}, {out});
    b.output(out);
    Graph graph = b.graph;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) graph.nodes[i].origins = graph.origins.only(i);
    REQUIRE(prepare(graph, {}) == ACCEL_STATUS_OK);
    FakeCompiler adder(0, "adder", takes({ACCEL_OPERATION_ADD}));
    Partition partition(graph, {adder.target()}, {}, 0);
    std::vector<Piece> groups;
    REQUIRE(partition.groups(&groups) == ACCEL_STATUS_OK);
    const auto rows = support_of(b.graph, graph, partition, groups);
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].nodes == std::vector<uint32_t>{0, 1});
    CHECK(rows[1].nodes == std::vector<uint32_t>{0, 2});
    CHECK(rows[2].nodes == std::vector<uint32_t>{3, 4});
    CHECK(rows[0].device == UINT32_MAX);
    CHECK(rows[0].group == 0);
}

TEST_CASE("P-11 absent results are nobody's", "[compiler]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4});
    const uint32_t unread = b.tensor("unread", ACCEL_TYPE_F32, {4}), out = b.tensor("out", ACCEL_TYPE_F32, {4});
    b.node("odd", ACCEL_OPERATION_CUSTOM, {x}, {unread, ACCEL_TENSOR_NONE});
    b.graph.nodes.back().custom_name = "Odd";
    b.node("exp", ACCEL_OPERATION_EXP, {x}, {out});
    b.output(out);
    Graph graph = b.graph;
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) graph.nodes[i].origins = graph.origins.only(i);
    REQUIRE(prepare(graph, {}) == ACCEL_STATUS_OK);
    FakeCompiler any(0, "any", takes({ACCEL_OPERATION_EXP}));
    Partition partition(graph, {any.target()}, {}, 0);
    std::vector<Piece> groups;
    REQUIRE(partition.groups(&groups) == ACCEL_STATUS_OK);
    const auto rows = support_of(b.graph, graph, partition, groups);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].nodes == std::vector<uint32_t>{1});
}
