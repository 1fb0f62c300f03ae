// SPDX-License-Identifier: MIT
// Tests of what follows from sizes that are known.
#include "fold_sizes.h"

#include <catch2/catch_test_macros.hpp>

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

namespace {

/// Sizes that follow.
void open_sizes(Builder &b, uint32_t tensor)
{
    for (Dim &dim : b.graph.tensors[tensor].shape) {
        dim = Dim{-1, static_cast<uint32_t>(b.graph.symbols.size())};
        b.graph.symbols.push_back({"size" + std::to_string(dim.symbol), 0, 99, ACCEL_SYMBOL_KIND_DERIVED});
    }
}

/// A tensor of I64 or BOOL that some node makes of sizes.
uint32_t list(Builder &b, const std::string &name, uint32_t type = ACCEL_TYPE_I64) { return b.tensor(name, type, {1}); }

uint32_t size_along(Builder &b, const std::string &name, uint32_t x, int64_t axis)
{
    const uint32_t made = list(b, name);
    Node &node = b.node(name, ACCEL_OPERATION_SHAPE, {x}, {made});
    node.set_ints(ACCEL_ATTRIBUTE_START, {axis});
    node.set_ints(ACCEL_ATTRIBUTE_END, {axis + 1});
    return made;
}

}  // namespace

// As the functions of ONNX's Attention repeat heads of keys for the queries that share them.
TEST_CASE("a shape that arithmetic and conditions make of sizes is known", "[symbols]")
{
    Builder b;
    const uint32_t q = b.input("q", ACCEL_TYPE_F32, {2, 9, 4}), k = b.input("k", ACCEL_TYPE_F32, {2, 3, 1, 4}), y = b.tensor("y", ACCEL_TYPE_F32, {0, 0, 0, 0});
    open_sizes(b, y);
    const uint32_t queries = size_along(b, "queries", q, 1), keys = size_along(b, "keys", k, 1), batch = size_along(b, "batch", k, 0);
    const uint32_t rest = list(b, "rest"), even = list(b, "even", ACCEL_TYPE_BOOL), same = list(b, "same", ACCEL_TYPE_BOOL), other = list(b, "other", ACCEL_TYPE_BOOL);
    const uint32_t shared = list(b, "shared", ACCEL_TYPE_BOOL), each = list(b, "each"), times = list(b, "times"), back = list(b, "back"), there = list(b, "there"), shape = b.tensor("shape", ACCEL_TYPE_I64, {4});
    const uint32_t zero = b.list("zero", {0}), one = b.list("one", {1});
    b.node("rest", ACCEL_OPERATION_MOD, {queries, keys}, {rest});
    b.node("even", ACCEL_OPERATION_EQUAL, {rest, zero}, {even});
    b.node("same", ACCEL_OPERATION_EQUAL, {queries, keys}, {same});
    b.node("other", ACCEL_OPERATION_NOT, {same}, {other});
    b.node("shared", ACCEL_OPERATION_AND, {other, even}, {shared});
    b.node("each", ACCEL_OPERATION_DIV, {queries, keys}, {each});
    b.node("times", ACCEL_OPERATION_WHERE, {shared, each, one}, {times});
    b.node("back", ACCEL_OPERATION_NEG, {times}, {back});
    b.node("there", ACCEL_OPERATION_ABS, {back}, {there});
    b.node("shape", ACCEL_OPERATION_CONCAT, {batch, keys, there, one}, {shape}).set_ints(ACCEL_ATTRIBUTE_AXIS, {0});
    b.node("spread", ACCEL_OPERATION_EXPAND, {k, shape}, {y});
    b.output(y);
    require_valid(b.graph);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    CHECK(b.graph.tensors[b.graph.outputs[0]].shape == Builder::shape({2, 3, 3, 4}));
    CHECK(labels(b.graph) == Labels{"Mul"});
}

TEST_CASE("what a small constant is split into is known", "[symbols]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 1}), y = b.tensor("y", ACCEL_TYPE_F32, {0, 0});
    open_sizes(b, y);
    const uint32_t sizes = b.list("sizes", {7, 2, 3}), first = list(b, "first"), rest = b.tensor("rest", ACCEL_TYPE_I64, {2});
    b.node("split", ACCEL_OPERATION_SPLIT, {sizes, b.list("parts", {1, 2})}, {first, rest}).set_ints(ACCEL_ATTRIBUTE_AXIS, {0});
    b.node("spread", ACCEL_OPERATION_EXPAND, {x, rest}, {y});
    b.output(y);
    require_valid(b.graph);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    CHECK(b.graph.tensors[b.graph.outputs[0]].shape == Builder::shape({2, 3}));
    CHECK(labels(b.graph) == Labels{"Mul"});
}

TEST_CASE("a cast to another's type waits for no value of the other", "[symbols]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2}), like = b.tensor("like", ACCEL_TYPE_F32, {1}), y = b.tensor("y", ACCEL_TYPE_F32, {2});
    b.node("like", ACCEL_OPERATION_CAST_LIKE, {b.list("seven", {7}), x}, {like});
    b.node("add", ACCEL_OPERATION_ADD, {x, like}, {y});
    b.output(y);
    require_valid(b.graph);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    REQUIRE(labels(b.graph) == Labels{"Add"});
    CHECK(values_of<float>(b.graph.tensors[b.graph.nodes[0].inputs[1]]) == std::vector<float>{7});
}

TEST_CASE("a range between bounds of which one is computed is refused for that", "[symbols]")
{
    Builder b;
    const uint32_t limit = b.input("limit", ACCEL_TYPE_I64, {}), y = b.tensor("y", ACCEL_TYPE_I64, {0});
    b.graph.symbols.push_back({"found", 0, 9});
    b.graph.tensors[y].shape = {Dim{-1, 0}};
    b.node("odd", ACCEL_OPERATION_CUSTOM, {limit}, {b.tensor("unused", ACCEL_TYPE_I64, {})}).custom_name = "Odd";
    b.node("range", ACCEL_OPERATION_RANGE, {b.constant<int64_t>("start", ACCEL_TYPE_I64, {}, {0}), limit, b.constant<int64_t>("step", ACCEL_TYPE_I64, {}, {1})}, {y});
    b.output(y);
    b.output(b.graph.nodes[0].outputs[0]);
    require_valid(b.graph);
    REQUIRE(prepare(b.graph, {}) == ACCEL_STATUS_OK);
    CHECK(b.graph.nodes[1].reason == "the size of 'y' follows from values that are computed when the program runs, and have to be known when it is built");
}
