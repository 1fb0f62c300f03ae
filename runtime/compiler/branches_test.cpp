// SPDX-License-Identifier: MIT
// Tests of branches in a build: those that are chosen, and those that stay.
#include "branches.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "base/error.h"
#include "graph/graph_check.h"
#include "prepare.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

/// A region that makes one node's result of what it takes.
Region region_of(uint32_t role, Builder inside, std::vector<accel_capture> captures)
{
    Region region;
    region.graph = std::make_shared<const Graph>(std::move(inside.graph));
    region.captures = std::move(captures);
    region.outputs = {{ACCEL_REGION_PORT_KIND_VALUE, ACCEL_OPERAND_NONE, 0, 0, 0}};
    region.role = role;
    return region;
}

Builder unary(uint32_t operation, const std::vector<int64_t> &sizes)
{
    Builder inside;
    const uint32_t x = inside.tensor("taken", ACCEL_TYPE_F32, sizes), y = inside.tensor("made", ACCEL_TYPE_F32, sizes);
    inside.node("inner", operation, {x}, {y});
    if (operation == ACCEL_OPERATION_CUSTOM) inside.graph.nodes[0].custom_name = "Frobnicate", inside.graph.nodes[0].revision = 0;
    inside.output(y);
    return inside;
}

/// y = if c: then(x) else: els(x).
struct Choice : Builder {
    uint32_t c = 0, x = 0, y = 0;

    Choice(Builder then_graph, Builder else_graph, const std::vector<int64_t> &sizes = {2, 3})
    {
        c = input("c", ACCEL_TYPE_BOOL, {}), x = input("x", ACCEL_TYPE_F32, sizes), y = tensor("y", ACCEL_TYPE_F32, sizes);
        add(c, std::move(then_graph), std::move(else_graph));
        output(y);
    }
    void add(uint32_t condition, Builder then_graph, Builder else_graph)
    {
        Node &made = node("choice", ACCEL_OPERATION_IF, {condition}, {y});
        made.attributes = {{ACCEL_ATTRIBUTE_THEN_BRANCH, ACCEL_ATTRIBUTE_KIND_GRAPH, {}, std::vector<uint32_t>{0}}, {ACCEL_ATTRIBUTE_ELSE_BRANCH, ACCEL_ATTRIBUTE_KIND_GRAPH, {}, std::vector<uint32_t>{1}}};
        made.regions = {region_of(ACCEL_REGION_ROLE_THEN, std::move(then_graph), {{x, 0}}), region_of(ACCEL_REGION_ROLE_ELSE, std::move(else_graph), {{x, 0}})};
    }
    accel_status prepared(const std::vector<accel_known_value> &known = {}, const std::vector<accel_symbol_value> &symbols = {})
    {
        const auto symbols_of_all = std::make_shared<const std::vector<Symbol>>(graph.symbols);
        for (Node &node : graph.nodes) {
            for (Region &region : node.regions) {
                auto inside = std::make_shared<Graph>(*region.graph);
                inside->outer_symbols = symbols_of_all;
                region.graph = std::move(inside);
            }
        }
        const accel_status checked = check_rules(graph);
        if (checked != ACCEL_STATUS_OK) return checked;
        return prepare(graph, {symbols.data(), static_cast<uint32_t>(symbols.size()), 0, {known.data(), static_cast<uint32_t>(known.size()), sizeof(accel_known_value)}});
    }
    std::vector<uint32_t> operations() const
    {
        std::vector<uint32_t> all;
        for (const Node &node : graph.nodes) all.push_back(node.operation);
        return all;
    }
};

void require_good(accel_status status)
{
    INFO((status == ACCEL_STATUS_OK ? "" : accel_last_error()->message));
    REQUIRE(status == ACCEL_STATUS_OK);
}

accel_known_value known_condition(const uint8_t &value) { return {"c", nullptr, &value, 1, nullptr, 0, 0}; }

}  // namespace

TEST_CASE("P-17 a condition that is given when building leaves one branch", "[compiler][branches]")
{
    for (const uint8_t value : {uint8_t{1}, uint8_t{0}}) {
        Choice choice(unary(value ? ACCEL_OPERATION_SQRT : ACCEL_OPERATION_CUSTOM, {2, 3}), unary(value ? ACCEL_OPERATION_CUSTOM : ACCEL_OPERATION_EXP, {2, 3}));
        require_good(choice.prepared({known_condition(value)}));
        CHECK(choice.operations() == std::vector<uint32_t>{value ? ACCEL_OPERATION_SQRT : ACCEL_OPERATION_EXP});
    }
}

namespace {

/// c is "x has two rows". One branch takes x as [2, 3] whatever it is, the other as it is.
struct Sized : Choice {
    Sized() : Choice(two_rows(), any_rows(), {-1, 3})
    {
        graph.symbols = {{"N", 1, 100}};
        for (const uint32_t tensor : {x, y}) graph.tensors[tensor].shape[0] = {-1, 0};
        graph.inputs = {x};
        Node choice = std::move(graph.nodes[0]);
        graph.nodes.clear();
        const uint32_t sizes = tensor("sizes", ACCEL_TYPE_I64, {2}), rows = tensor("rows", ACCEL_TYPE_I64, {});
        node("sizes", ACCEL_OPERATION_SHAPE, {x}, {sizes});
        node("rows", ACCEL_OPERATION_GATHER, {sizes, constant<int64_t>("zero", ACCEL_TYPE_I64, {}, {0})}, {rows});
        node("is two", ACCEL_OPERATION_EQUAL, {rows, constant<int64_t>("two", ACCEL_TYPE_I64, {}, {2})}, {c});
        graph.nodes.push_back(std::move(choice));
    }
    static Builder two_rows()
    {
        Builder inside;
        const uint32_t taken = inside.tensor("taken", ACCEL_TYPE_F32, {-1, 3}), two = inside.tensor("two", ACCEL_TYPE_F32, {2, 3}), made = inside.tensor("made", ACCEL_TYPE_F32, {-1, 3});
        for (const uint32_t tensor : {taken, made}) inside.graph.tensors[tensor].shape[0] = {-1, 0};
        inside.node("as two rows", ACCEL_OPERATION_RESHAPE, {taken, inside.list("shape", {2, 3})}, {two});
        inside.node("as any", ACCEL_OPERATION_RESHAPE, {two, inside.list("all", {-1, 3})}, {made});
        inside.output(made);
        return inside;
    }
    static Builder any_rows()
    {
        Builder inside = unary(ACCEL_OPERATION_EXP, {-1, 3});
        for (Tensor &tensor : inside.graph.tensors) tensor.shape[0] = {-1, 0};
        return inside;
    }
};

}  // namespace

TEST_CASE("a condition that follows from sizes leaves one branch, and what contradicts itself in the other is not asked", "[compiler][branches]")
{
    Sized five, two;
    require_good(five.prepared({}, {{"N", nullptr, 5}}));
    CHECK(five.operations() == std::vector<uint32_t>{ACCEL_OPERATION_EXP});
    require_good(two.prepared({}, {{"N", nullptr, 2}}));
    CHECK(std::ranges::count(two.operations(), uint32_t{ACCEL_OPERATION_EXP}) == 0);
    CHECK(std::ranges::count(two.operations(), uint32_t{ACCEL_OPERATION_IF}) == 0);
}

TEST_CASE("branches whose condition is not known go through the passes, with sizes and constants of what is around them", "[compiler][branches]")
{
    // In the region: an identity that goes, an activation that becomes a clamp, and a sum of constants that is one.
    Builder inside;
    const uint32_t taken = inside.tensor("taken", ACCEL_TYPE_F32, {-1, 3}), constant = inside.tensor("constant", ACCEL_TYPE_F32, {3}), doubled = inside.tensor("doubled", ACCEL_TYPE_F32, {3});
    const uint32_t same = inside.tensor("same", ACCEL_TYPE_F32, {-1, 3}), sum = inside.tensor("sum", ACCEL_TYPE_F32, {-1, 3}), made = inside.tensor("made", ACCEL_TYPE_F32, {-1, 3});
    inside.node("double", ACCEL_OPERATION_ADD, {constant, constant}, {doubled});
    inside.node("same", ACCEL_OPERATION_IDENTITY, {taken}, {same});
    inside.node("sum", ACCEL_OPERATION_ADD, {same, doubled}, {sum});
    inside.node("clamped", ACCEL_OPERATION_RELU, {sum}, {made});
    inside.output(made);
    for (const uint32_t tensor : {taken, same, sum, made}) inside.graph.tensors[tensor].shape[0] = {-1, 0};
    Builder plain = unary(ACCEL_OPERATION_EXP, {-1, 3});
    for (Tensor &tensor : plain.graph.tensors) tensor.shape[0] = {-1, 0};
    Choice choice(std::move(inside), std::move(plain), {-1, 3});
    choice.graph.symbols = {{"N", 1, 100}};
    for (const uint32_t tensor : {choice.x, choice.y}) choice.graph.tensors[tensor].shape[0] = {-1, 0};
    // A sum that becomes a constant when it is folded, which the region takes.
    const uint32_t ones = choice.constant<float>("ones", ACCEL_TYPE_F32, {3}, {1, 1, 1}), twos = choice.tensor("twos", ACCEL_TYPE_F32, {3});
    choice.node("twos", ACCEL_OPERATION_ADD, {ones, ones}, {twos});
    std::rotate(choice.graph.nodes.begin(), choice.graph.nodes.begin() + 1, choice.graph.nodes.end());
    choice.graph.nodes[1].regions[0].captures.push_back({twos, constant});
    require_good(choice.prepared({}, {{"N", nullptr, 4}}));
    REQUIRE(choice.operations() == std::vector<uint32_t>{ACCEL_OPERATION_IF});
    const Region &region = choice.graph.nodes[0].regions[0];
    CHECK(region.captures.size() == 1);
    CHECK(region.graph->inputs.empty());
    REQUIRE(region.graph->nodes.size() == 1);
    CHECK(region.graph->nodes[0].operation == ACCEL_OPERATION_ADD);
    CHECK(region.graph->nodes[0].find(ACCEL_ATTRIBUTE_CLAMP_MIN));
    CHECK(region.graph->nodes[0].inputs[0] == region.captures[0].inner);
    CHECK(region.graph->tensors[region.graph->outputs[0]].shape == Builder::shape({4, 3}));
}

TEST_CASE("results whose sizes the condition decides when the program runs have none", "[compiler][branches]")
{
    Builder half;
    const uint32_t taken = half.tensor("taken", ACCEL_TYPE_F32, {2, 3}), made = half.tensor("made", ACCEL_TYPE_F32, {1, 3});
    half.node("half", ACCEL_OPERATION_SLICE, {taken, half.list("from", {0}), half.list("to", {1})}, {made});
    half.output(made);
    Choice choice(std::move(half), unary(ACCEL_OPERATION_EXP, {2, 3}));
    choice.graph.symbols = {{"rows", 0, 100, ACCEL_SYMBOL_KIND_DERIVED}};
    choice.graph.tensors[choice.y].shape[0] = {-1, 0};
    require_good(choice.prepared());
    REQUIRE(choice.graph.nodes.size() == 1);
    CHECK(choice.graph.nodes[0].operation == ACCEL_OPERATION_CUSTOM);
    CHECK(choice.graph.nodes[0].reason.find("'y'") != std::string::npos);
}

TEST_CASE("G-20 the branches of a graph are judged before anything is built", "[compiler][branches]")
{
    Choice other_rank(unary(ACCEL_OPERATION_EXP, {2, 3}), unary(ACCEL_OPERATION_SQRT, {2, 3}));
    other_rank.graph.tensors[other_rank.y].shape = Builder::shape({6});
    CHECK(other_rank.prepared() == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message).find("then_branch makes result 0 of another type or rank") != std::string::npos);
    Choice one_region(unary(ACCEL_OPERATION_EXP, {2, 3}), unary(ACCEL_OPERATION_SQRT, {2, 3}));
    one_region.graph.nodes[0].regions.pop_back();
    CHECK(one_region.prepared() == ACCEL_STATUS_INVALID_ARGUMENT);
}
