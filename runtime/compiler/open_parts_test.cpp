// SPDX-License-Identifier: MIT
// What is planned for each symbol, and how a piece stands in the graph that it was taken out of.
#include "open_parts.h"

#include <accel/graph/builder.h>
#include <catch2/catch_test_macros.hpp>

#include "prepare.h"
#include "size_ranges.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

Dim of(uint32_t symbol) { return {-1, symbol}; }

/// Symbols P (free), less = 10 - P, S (free, without a bound), follows (derived, without an expression), found (of data, at most P).
struct Symbols : Builder {
    Symbols()
    {
        accel::graph::Builder rows;
        graph.symbols = {{"P", 2, 7}};
        const uint32_t p = rows.symbol(0, {2, 7}), ten = rows.constant(10);
        graph.symbols.push_back({"less", 0, INT32_MAX, ACCEL_SYMBOL_KIND_DERIVED, rows.sub(ten, p)});
        graph.symbols.push_back({"S", 1, INT32_MAX});
        graph.symbols.push_back({"follows", 0, INT32_MAX, ACCEL_SYMBOL_KIND_DERIVED});
        graph.symbols.push_back({"found", 0, INT32_MAX, ACCEL_SYMBOL_KIND_DATA, p});
        graph.symbols.push_back({"any", 0, INT32_MAX, ACCEL_SYMBOL_KIND_DATA});
        graph.expressions.assign(rows.rows().begin(), rows.rows().end());
    }
};

}  // namespace

TEST_CASE("no size that fits the plan is larger, each symbol for itself", "[compiler][sizes]")
{
    const Symbols symbols;
    const std::vector<OpenSymbol> open{{"P", 2, 7, 1, 7}, {"S", 1, ACCEL_SIZE_UNBOUNDED, 1, 16}};
    const std::vector<int64_t> at_planned{7, 3, 16, 5, -1, -1};
    CHECK(planned_sizes(symbols.graph, open, at_planned) == std::vector<int64_t>{7, 8, 16, 5, 7, ACCEL_SIZE_UNBOUNDED});
    const std::vector<int64_t> sizes{4, 6, 100, 9, -1, -1};
    CHECK(size_bounds(symbols.graph, sizes) == std::vector<int64_t>{4, 6, 100, 9, 4, ACCEL_SIZE_UNBOUNDED});
}

TEST_CASE("a piece stands as one node behind all that it reads, and hands on all that it makes", "[compiler][sizes]")
{
    Symbols b;
    const uint32_t x = b.tensor("x", ACCEL_TYPE_F32, {}), a = b.tensor("a", ACCEL_TYPE_F32, {}), side = b.tensor("side", ACCEL_TYPE_F32, {}), c = b.tensor("c", ACCEL_TYPE_F32, {}),
                   y = b.tensor("y", ACCEL_TYPE_F32, {});
    for (const uint32_t tensor : {x, a, side, c, y}) b.graph.tensors[tensor].shape = {of(0)};
    b.node("first", ACCEL_OPERATION_RELU, {x}, {a});
    b.node("reader", ACCEL_OPERATION_SIGMOID, {a}, {side});
    b.node("before", ACCEL_OPERATION_TANH, {x}, {c});
    b.node("last", ACCEL_OPERATION_ADD, {a, c}, {y});
    b.graph.inputs = {x};
    b.graph.outputs = {side, y};
    OpenParts parts;
    parts.graph = b.graph;
    parts.pieces.emplace_back();
    parts.pieces[0].nodes = {0, 3};
    parts.pieces[0].part = extract(parts.graph, parts.pieces[0].nodes);
    Graph graph = collapse(parts);
    REQUIRE(graph.nodes.size() == 3);
    CHECK(graph.nodes[0].name == "before");
    CHECK(graph.nodes[1].open_piece == 0);
    CHECK(graph.nodes[1].inputs == std::vector<uint32_t>{x, c});
    CHECK(graph.nodes[1].outputs == std::vector<uint32_t>{y, a});
    CHECK(graph.nodes[2].name == "reader");
    const Subgraph part = part_of(graph, graph.nodes[1]);
    CHECK(part.tensors == std::vector<uint32_t>{x, c, y, a});
    // With sizes for the rest, the piece stays what it is.
    REQUIRE(prepare_rest(graph, std::vector<int64_t>{4, 6, -1, -1, -1, -1}, {}) == ACCEL_STATUS_OK);
    REQUIRE(graph.nodes.size() == 3);
    CHECK(graph.nodes[1].open_piece == 0);
    CHECK(graph.tensors[graph.nodes[1].outputs[0]].shape == Shape{Dim{4}});
    CHECK(graph.outputs.size() == 2);
}
