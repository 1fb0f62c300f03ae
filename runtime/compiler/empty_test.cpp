// SPDX-License-Identifier: MIT
// Tests of tensors without elements.
#include "empty.h"

#include <catch2/catch_test_macros.hpp>

#include <limits>

#include "base/error.h"
#include "constants.h"
#include "graph/values.h"
#include "prepare.h"
#include "testing/builder.h"
#include "testing/labels.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::labels;
using accel::testing::Labels;
using accel::testing::require_valid;

TEST_CASE("what of nothing is reduced is a constant, also in front of an output", "[empty]")
{
    const auto reduced = [](uint32_t operation) {
        Builder b;
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2, 0, 3}), y = b.tensor("y", ACCEL_TYPE_F32, {2, 1, 3});
        b.node("reduce", operation, {x, b.list("axes", {1})}, {y});
        b.output(y);
        require_valid(b.graph);
        REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
        REQUIRE(labels(b.graph) == Labels{"Identity"});
        CHECK(b.graph.inputs.size() == 1);
        return values_of<float>(b.graph.tensors[b.graph.nodes[0].inputs[0]]);
    };
    CHECK(reduced(ACCEL_OPERATION_REDUCE_SUM) == std::vector<float>(6, 0));
    CHECK(reduced(ACCEL_OPERATION_REDUCE_MIN) == std::vector<float>(6, std::numeric_limits<float>::infinity()));
}

TEST_CASE("parts without elements are neither joined nor cut", "[empty]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2, 3}), first = b.tensor("first", ACCEL_TYPE_F32, {2, 2}), none = b.tensor("none", ACCEL_TYPE_F32, {2, 0}), last = b.tensor("last", ACCEL_TYPE_F32, {2, 1});
    const uint32_t turned = b.tensor("turned", ACCEL_TYPE_F32, {2, 0}), y = b.tensor("y", ACCEL_TYPE_F32, {2, 3}), z = b.tensor("z", ACCEL_TYPE_F32, {2, 2});
    b.node("cut", ACCEL_OPERATION_SPLIT, {x, b.list("parts", {2, 0, 1})}, {first, none, last}).set_ints(ACCEL_ATTRIBUTE_AXIS, {1});
    b.node("turn", ACCEL_OPERATION_EXP, {none}, {turned});
    b.node("join", ACCEL_OPERATION_CONCAT, {last, turned, first}, {y}).set_ints(ACCEL_ATTRIBUTE_AXIS, {1});
    b.node("alone", ACCEL_OPERATION_CONCAT, {none, first}, {z}).set_ints(ACCEL_ATTRIBUTE_AXIS, {1});
    b.output(y);
    b.output(z);
    require_valid(b.graph);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    REQUIRE(b.graph.nodes.size() >= 2);
    CHECK(b.graph.nodes[0].operation == ACCEL_OPERATION_SPLIT);
    CHECK(integers_at(b.graph, b.graph.nodes[0], ACCEL_OPERAND_SPLIT_SPLIT) == std::vector<int64_t>{2, 1});
    CHECK(b.graph.nodes[1].operation == ACCEL_OPERATION_CONCAT);
    CHECK(b.graph.nodes[1].inputs.size() == 2);
    for (const Tensor &tensor : b.graph.tensors) CHECK((!is_empty(tensor) || tensor.constant()));
}

TEST_CASE("a result without elements that is the graph's stays a node's", "[empty]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {0, 3}), y = b.tensor("y", ACCEL_TYPE_F32, {0, 3});
    b.node("keep", ACCEL_OPERATION_IDENTITY, {x}, {y});
    b.output(y);
    require_valid(b.graph);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    REQUIRE(b.graph.nodes.size() == 1);
    CHECK(b.graph.nodes[0].inputs == b.graph.inputs);
}

TEST_CASE("a size that is not known yet is not 0", "[empty]")
{
    Tensor tensor;
    tensor.type = ACCEL_TYPE_F32;
    tensor.shape = {Dim{3}, Dim{-1, ACCEL_SYMBOL_NONE}};
    CHECK_FALSE(is_empty(tensor));
    tensor.shape = {};
    CHECK_FALSE(is_empty(tensor));  // one element
    tensor.shape = {Dim{3}, Dim{0}};
    CHECK(is_empty(tensor));
}
