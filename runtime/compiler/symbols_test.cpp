// SPDX-License-Identifier: MIT
// Derived sizes: what follows from the sizes that are given, by expressions and by what nodes make of them.
#include "symbols.h"

#include <accel/graph/builder.h>
#include <catch2/catch_test_macros.hpp>

#include "base/error.h"
#include "graph/graph_check.h"
#include "graph/values.h"
#include "testing/builder.h"
#include "testing/labels.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::require_valid;

namespace {

/// Symbols 0 and 1 are W and H, free; the rest is derived.
struct Sizes : Builder {
    accel::graph::Builder rows;
    uint32_t w = 0, h = 0;

    Sizes()
    {
        graph.symbols = {{"W", 1, 1000}, {"H", 1, 1000}};
        w = rows.symbol(0, {1, 1000});
        h = rows.symbol(1, {1, 1000});
    }
    uint32_t derived(const char *name, uint32_t row)
    {
        graph.symbols.push_back({name, 0, 1 << 20, ACCEL_SYMBOL_KIND_DERIVED, row});
        graph.expressions.assign(rows.rows().begin(), rows.rows().end());
        return static_cast<uint32_t>(graph.symbols.size() - 1);
    }
    uint32_t open(const char *name, std::vector<Dim> shape)
    {
        const uint32_t made = tensor(name, ACCEL_TYPE_F32, {});
        graph.tensors[made].shape = std::move(shape);
        return made;
    }
    uint32_t open_input(const char *name, std::vector<Dim> shape)
    {
        const uint32_t made = open(name, std::move(shape));
        graph.inputs.push_back(made);
        return made;
    }
    std::string refused(std::vector<accel_symbol_value> values, accel_status status = ACCEL_STATUS_INVALID_ARGUMENT)
    {
        CHECK(specialise(graph, values.data(), static_cast<uint32_t>(values.size())) == status);
        return accel_last_error()->message;
    }
    bool good(std::vector<accel_symbol_value> values) { return specialise(graph, values.data(), static_cast<uint32_t>(values.size())) == ACCEL_STATUS_OK; }
};

Dim of(uint32_t symbol) { return {-1, symbol}; }
bool holds(const std::string &text, const char *part)
{
    UNSCOPED_INFO(text);
    return text.find(part) != std::string::npos;
}

/// y = x[1, 1, W] pooled by 2 + z[1, 1, W], which no size admits but 0 and what both become 1 for.
Sizes residual()
{
    Sizes s;
    const uint32_t half = s.derived("half", s.rows.floor_div(s.w, s.rows.constant(2)));
    const uint32_t x = s.open_input("x", {Dim{1}, Dim{1}, of(0)}), p = s.open("p", {Dim{1}, Dim{1}, of(half)}), y = s.open("y", {Dim{1}, Dim{1}, of(0)});
    Node &pool = s.node("pool", ACCEL_OPERATION_MAX_POOL, {x}, {p});
    pool.set_ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2});
    pool.set_ints(ACCEL_ATTRIBUTE_STRIDES, {2});
    s.node("add", ACCEL_OPERATION_ADD, {p, x}, {y});
    s.output(y);
    return s;
}

}  // namespace

TEST_CASE("sizes that must be equal and are not are named with both expressions", "[symbols]")
{
    Sizes s = residual();
    REQUIRE(check_rules(s.graph) == ACCEL_STATUS_OK);
    const std::string why = s.refused({{"W", nullptr, 8}});
    CHECK(holds(why, "node 'add' (Add)"));
    CHECK(holds(why, "[1,1,4]"));
    CHECK(holds(why, "'p' is [1,1,half = floor(W / 2)]"));
    CHECK(holds(why, "'x' is [1,1,W]"));
    Sizes fits = residual();
    CHECK(fits.good({{"W", nullptr, 2}}));
}

TEST_CASE("only free symbols are asked for, all that are missing at once", "[symbols]")
{
    Sizes s;
    const uint32_t area = s.derived("area", s.rows.mul(s.w, s.h));
    const uint32_t x = s.open_input("x", {of(0), of(1)}), y = s.open("y", {of(area)});
    s.node("flat", ACCEL_OPERATION_RESHAPE, {x, s.list("wanted", {-1})}, {y});
    s.output(y);
    REQUIRE(check_rules(s.graph) == ACCEL_STATUS_OK);
    const std::string missing = s.refused({});
    CHECK(holds(missing, "symbol 'W' of tensor 'x' has no value"));
    CHECK(holds(missing, "nor has 'H'"));
    CHECK_FALSE(holds(missing, "area"));
    CHECK(holds(s.refused({{"area", nullptr, 6}}), "symbol 'area' = W * H is not given: it follows from others; give: W, H"));
    CHECK(holds(s.refused({{"other", nullptr, 6}}), "it has: W, H"));
    REQUIRE(s.good({{"W", nullptr, 2}, {"H", nullptr, 3}}));
    CHECK(s.graph.tensors[y].shape == Shape{Dim{6}});
}

TEST_CASE("a reshape without a shape is as its result is declared, also by what other nodes tell", "[symbols]")
{
    Sizes s;
    s.graph.symbols.push_back({"told", 0, 1000, ACCEL_SYMBOL_KIND_DERIVED});
    const uint32_t twice = s.derived("twice", s.rows.mul(s.rows.symbol(2, {0, 1000}), s.rows.constant(2)));
    // x[W, 2, H] -> pooled [W, 2, told] -> [twice, W]
    const uint32_t x = s.open_input("x", {of(0), Dim{2}, of(1)}), p = s.open("p", {of(0), Dim{2}, of(2)}), y = s.open("y", {of(twice), of(0)});
    s.node("pool", ACCEL_OPERATION_MAX_POOL, {x}, {p}).set_ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3});
    s.node("r", ACCEL_OPERATION_RESHAPE, {p}, {y});
    s.output(y);
    REQUIRE(check_rules(s.graph) == ACCEL_STATUS_OK);
    Graph copy = s.graph;
    REQUIRE(s.good({{"W", nullptr, 5}, {"H", nullptr, 6}}));
    CHECK(s.graph.tensors[p].shape == Shape{Dim{5}, Dim{2}, Dim{4}});
    CHECK(integers_at(s.graph, s.graph.nodes[1], ACCEL_OPERAND_RESHAPE_SHAPE) == std::vector<int64_t>{8, 5});
    copy.tensors[y].shape[1] = Dim{7};
    const accel_symbol_value values[] = {{"W", nullptr, 5}, {"H", nullptr, 6}};
    CHECK(specialise(copy, values, 2) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(holds(accel_last_error()->message, "expected 56 elements for [8,7]"));
}

TEST_CASE("what an expression makes and what a node makes have to be equal", "[symbols]")
{
    Sizes s;
    const uint32_t wrong = s.derived("wrong", s.rows.add(s.w, s.rows.constant(1)));
    const uint32_t x = s.open_input("x", {of(0)}), y = s.open("y", {of(wrong)});
    s.node("relu", ACCEL_OPERATION_RELU, {x}, {y});
    s.output(y);
    CHECK(holds(s.refused({{"W", nullptr, 3}}), "result 'y' has shape [4], expected [3]"));
}

TEST_CASE("a derived size keeps its range, its multiple and 64 bits", "[symbols]")
{
    const auto with = [](uint32_t row_of(Sizes &), int64_t multiple) {
        Sizes s;
        const uint32_t size = s.derived("size", row_of(s));
        s.graph.symbols[size].multiple = multiple;
        const uint32_t x = s.open_input("x", {of(0), of(size)}), y = s.open("y", {of(0), of(size)});
        s.node("relu", ACCEL_OPERATION_RELU, {x}, {y});
        s.output(y);
        return s;
    };
    CHECK(holds(with([](Sizes &s) { return s.rows.sub(s.w, s.rows.constant(9)); }, 1).refused({{"W", nullptr, 3}}), "symbol 'size' = W - 9 is -6 by its expression, expected 0 to 1048576"));
    CHECK(holds(with([](Sizes &s) { return s.rows.add(s.w, s.rows.constant(1)); }, 4).refused({{"W", nullptr, 4}}), "is 5 by its expression, expected 0 to 1048576, a multiple of 4"));
    CHECK(with([](Sizes &s) { return s.rows.add(s.w, s.rows.constant(1)); }, 4).good({{"W", nullptr, 3}}));
    const auto huge = [](Sizes &s) { return s.rows.mul(s.w, s.rows.constant(INT64_MAX / 2)); };
    CHECK(holds(with(huge, 1).refused({{"W", nullptr, 4}}, ACCEL_STATUS_LIMIT), "passes 64 bits"));
    const auto none = [](Sizes &s) { return s.rows.floor_div(s.w, s.rows.sub(s.w, s.rows.constant(4))); };
    CHECK(holds(with(none, 1).refused({{"W", nullptr, 4}}), "divides by what is not above 0"));
    Sizes s = with([](Sizes &t) { return t.w; }, 1);
    s.graph.symbols[0].multiple = 4;
    CHECK(holds(s.refused({{"W", nullptr, 6}}), "symbol 'W' is 6 by the program description, expected 1 to 1000, a multiple of 4"));
}

TEST_CASE("tables of 100,000 expressions are no quadratic work", "[symbols]")
{
    Sizes s;
    uint32_t row = s.w;
    std::vector<uint32_t> symbols{0};
    for (int i = 0; i < 100000; ++i) {
        row = s.rows.max(s.rows.add(s.h, s.rows.constant(i)), row);
        s.graph.symbols.push_back({"s" + std::to_string(i), 0, 1 << 20, ACCEL_SYMBOL_KIND_DERIVED, row});
    }
    s.graph.expressions.assign(s.rows.rows().begin(), s.rows.rows().end());
    const auto last = static_cast<uint32_t>(s.graph.symbols.size() - 1);
    const uint32_t x = s.open_input("x", {of(0), of(1), of(last)}), y = s.open("y", {of(0), of(1), of(last)});
    s.node("relu", ACCEL_OPERATION_RELU, {x}, {y});
    s.output(y);
    REQUIRE(s.good({{"W", nullptr, 5}, {"H", nullptr, 6}}));
    CHECK(s.graph.tensors[y].shape.back() == Dim{6 + 99999});
}

TEST_CASE("symbols get values and everything after them follows", "[symbols]")
{
    Builder b;
    b.graph.symbols = {{"batch", 1, 16}, {"rest", 0, 1 << 20}};
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 3, 4}), s = b.tensor("s", ACCEL_TYPE_F32, {1, 1}), y = b.tensor("y", ACCEL_TYPE_F32, {1, 1});
    b.graph.tensors[x].shape[0] = Dim{-1, 0};
    b.graph.tensors[s].shape = {Dim{-1, 0}, Dim{12}};
    b.graph.tensors[y].shape = {Dim{-1, 1}};
    b.node("r", ACCEL_OPERATION_RESHAPE, {x, b.list("s shape", {0, -1})}, {s});
    b.node("f", ACCEL_OPERATION_RESHAPE, {s, b.list("y shape", {-1})}, {y});
    b.output(y);
    require_valid(b.graph);

    Graph untouched = b.graph;
    CHECK(specialise(untouched, nullptr, 0) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message).find("'batch'") != std::string::npos);
    const accel_symbol_value big{"batch", nullptr, 17}, unknown{"size", nullptr, 1}, good{"batch", nullptr, 5};
    CHECK(specialise(untouched, &big, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(specialise(untouched, &unknown, 1) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "P-7");

    REQUIRE(specialise(b.graph, &good, 1) == ACCEL_STATUS_OK);
    CHECK(b.graph.tensors[y].shape == Shape{Dim{60}});
    CHECK(integers_at(b.graph, b.graph.nodes[0], ACCEL_OPERAND_RESHAPE_SHAPE) == std::vector<int64_t>{5, 12});
    require_valid(b.graph);
}
