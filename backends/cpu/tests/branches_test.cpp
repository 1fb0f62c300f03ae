// SPDX-License-Identifier: MIT
// Choices between two regions: which one runs, what it reads and makes, and what is refused.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>

#include "plan.h"

using namespace accel::cpu::test;

namespace {

const Dims kDims = {2, 3};

Bytes condition(bool value) { return {static_cast<uint8_t>(value)}; }

// y is a function of a single operand of x.
struct Unary {
    GraphMaker graph;
    uint32_t x = graph.tensor(ACCEL_TYPE_F32, kDims), y;

    explicit Unary(uint32_t operation) : y(graph.tensor(ACCEL_TYPE_F32, kDims))
    {
        graph.node(operation, {x}, {y});
        graph.output(y);
    }
    GraphMaker::Branch of(uint32_t outer) { return {&graph, {{outer, x}}}; }
};

const std::vector<float> kValues = {1, 4, 9, 16, 25, 36};

std::vector<float> roots() { return {1, 2, 3, 4, 5, 6}; }

std::vector<float> negated()
{
    std::vector<float> values = kValues;
    for (float &value : values)
        value = -value;
    return values;
}

}  // namespace

TEST_CASE("the condition chooses which region runs", "[branches]")
{
    Unary root(ACCEL_OPERATION_SQRT), minus(ACCEL_OPERATION_NEG);
    GraphMaker graph;
    const uint32_t c = graph.input(ACCEL_TYPE_BOOL, {}), x = graph.input(ACCEL_TYPE_F32, kDims), y = graph.tensor(ACCEL_TYPE_F32, kDims);
    graph.branches(c, {y}, root.of(x), minus.of(x));
    graph.output(y);
    for (const uint32_t threads : {1u, 4u}) {
        CHECK(values_of<float>(execute(graph.desc(), {condition(true), bytes_of(kValues)}, threads)[0]) == roots());
        CHECK(values_of<float>(execute(graph.desc(), {condition(false), bytes_of(kValues)}, threads)[0]) == negated());
    }
}

TEST_CASE("a region hands on what it takes, and constants of its own", "[branches]")
{
    GraphMaker same, fixed;
    const uint32_t taken = same.tensor(ACCEL_TYPE_F32, kDims);
    same.output(taken);
    const uint32_t held = fixed.constant(ACCEL_TYPE_F32, kDims, roots()), made = fixed.tensor(ACCEL_TYPE_F32, kDims);
    fixed.node(ACCEL_OPERATION_IDENTITY, {held}, {made});
    fixed.output(made);
    GraphMaker graph;
    const uint32_t c = graph.input(ACCEL_TYPE_BOOL, {1}), x = graph.input(ACCEL_TYPE_F32, kDims), y = graph.tensor(ACCEL_TYPE_F32, kDims);
    graph.branches(c, {y}, {&same, {{x, taken}}}, {&fixed, {}});
    graph.output(y);
    CHECK(values_of<float>(execute(graph.desc(), {condition(true), bytes_of(kValues)})[0]) == kValues);
    CHECK(values_of<float>(execute(graph.desc(), {condition(false), bytes_of(kValues)})[0]) == roots());
}

TEST_CASE("regions in regions run, between nodes that share their arena", "[branches]")
{
    Unary root(ACCEL_OPERATION_SQRT), minus(ACCEL_OPERATION_NEG), plain(ACCEL_OPERATION_ABS);
    GraphMaker outer;
    const uint32_t inner_c = outer.tensor(ACCEL_TYPE_BOOL, {}), inner_x = outer.tensor(ACCEL_TYPE_F32, kDims), twice = outer.tensor(ACCEL_TYPE_F32, kDims), inner_y = outer.tensor(ACCEL_TYPE_F32, kDims);
    outer.node(ACCEL_OPERATION_ADD, {inner_x, inner_x}, {twice});
    outer.branches(inner_c, {inner_y}, root.of(twice), minus.of(twice));
    outer.output(inner_y);
    GraphMaker graph;
    const uint32_t c = graph.input(ACCEL_TYPE_BOOL, {}), d = graph.input(ACCEL_TYPE_BOOL, {}), x = graph.input(ACCEL_TYPE_F32, kDims);
    const uint32_t before = graph.tensor(ACCEL_TYPE_F32, kDims), chosen = graph.tensor(ACCEL_TYPE_F32, kDims), y = graph.tensor(ACCEL_TYPE_F32, kDims);
    graph.node(ACCEL_OPERATION_ADD, {x, x}, {before});
    graph.branches(c, {chosen}, {&outer, {{d, inner_c}, {before, inner_x}}}, plain.of(before));
    graph.node(ACCEL_OPERATION_ADD, {chosen, before}, {y});
    graph.output(y);
    const auto made = [&](bool first, bool second) { return values_of<float>(execute(graph.desc(), {condition(first), condition(second), bytes_of(kValues)})[0]); };
    for (size_t i = 0; i < kValues.size(); ++i) {
        const float value = kValues[i];
        CHECK(made(true, true)[i] == 2 * roots()[i] + 2 * value);
        CHECK(made(true, false)[i] == -2 * value);
        CHECK(made(false, true)[i] == 4 * value);
    }
}

TEST_CASE("what a region reads is not done away with by a fusion", "[branches]")
{
    // The RELU could be the ADD's clamp, were the sum not read by the regions.
    Unary root(ACCEL_OPERATION_ABS), minus(ACCEL_OPERATION_NEG);
    GraphMaker graph;
    const uint32_t c = graph.input(ACCEL_TYPE_BOOL, {}), x = graph.input(ACCEL_TYPE_F32, kDims), b = graph.input(ACCEL_TYPE_F32, kDims);
    const uint32_t sum = graph.tensor(ACCEL_TYPE_F32, kDims), clamped = graph.tensor(ACCEL_TYPE_F32, kDims), y = graph.tensor(ACCEL_TYPE_F32, kDims);
    graph.node(ACCEL_OPERATION_ADD, {x, b}, {sum});
    graph.node(ACCEL_OPERATION_RELU, {sum}, {clamped});
    graph.branches(c, {y}, root.of(sum), minus.of(sum));
    graph.output(clamped), graph.output(y);
    const std::vector<float> minus_ten(6, -10);
    const std::vector<Bytes> made = execute(graph.desc(), {condition(true), bytes_of(kValues), bytes_of(minus_ten)});
    CHECK(values_of<float>(made[0]) == std::vector<float>{0, 0, 0, 6, 15, 26});
    CHECK(values_of<float>(made[1]) == std::vector<float>{9, 6, 1, 6, 15, 26});
}

TEST_CASE("several results of regions go where the node says", "[branches]")
{
    GraphMaker straight, crossed;
    for (GraphMaker *region : {&straight, &crossed}) {
        const uint32_t a = region->tensor(ACCEL_TYPE_F32, kDims), b = region->tensor(ACCEL_TYPE_F32, kDims);
        region->output(region == &straight ? a : b), region->output(region == &straight ? b : a);
    }
    GraphMaker graph;
    const uint32_t c = graph.input(ACCEL_TYPE_BOOL, {}), x = graph.input(ACCEL_TYPE_F32, kDims), z = graph.input(ACCEL_TYPE_F32, kDims);
    const uint32_t first = graph.tensor(ACCEL_TYPE_F32, kDims), second = graph.tensor(ACCEL_TYPE_F32, kDims);
    graph.branches(c, {first, second}, {&straight, {{x, 0}, {z, 1}}}, {&crossed, {{x, 0}, {z, 1}}});
    graph.output(first), graph.output(second);
    const std::vector<Bytes> as_given = execute(graph.desc(), {condition(true), bytes_of(kValues), bytes_of(roots())});
    const std::vector<Bytes> exchanged = execute(graph.desc(), {condition(false), bytes_of(kValues), bytes_of(roots())});
    CHECK(values_of<float>(as_given[0]) == kValues);
    CHECK(values_of<float>(as_given[1]) == roots());
    CHECK(values_of<float>(exchanged[0]) == roots());
    CHECK(values_of<float>(exchanged[1]) == kValues);
}

TEST_CASE("a step that fails in a region fails the run, and only where it runs", "[branches]")
{
    GraphMaker gathering;
    const uint32_t from = gathering.tensor(ACCEL_TYPE_F32, kDims), at = gathering.tensor(ACCEL_TYPE_I64, {2}), made = gathering.tensor(ACCEL_TYPE_F32, kDims);
    gathering.node(ACCEL_OPERATION_GATHER, {from, at}, {made});
    gathering.output(made);
    Unary minus(ACCEL_OPERATION_NEG);
    GraphMaker graph;
    const uint32_t c = graph.input(ACCEL_TYPE_BOOL, {}), x = graph.input(ACCEL_TYPE_F32, kDims), indices = graph.input(ACCEL_TYPE_I64, {2}), y = graph.tensor(ACCEL_TYPE_F32, kDims);
    graph.branches(c, {y}, {&gathering, {{x, from}, {indices, at}}}, minus.of(x));
    graph.output(y);
    const Bytes outside = bytes_of(std::vector<int64_t>{0, 2}), inside = bytes_of(std::vector<int64_t>{0, 1});
    CHECK_THROWS(execute(graph.desc(), {condition(true), bytes_of(kValues), outside}));
    CHECK(values_of<float>(execute(graph.desc(), {condition(true), bytes_of(kValues), inside})[0]) == kValues);
    CHECK(values_of<float>(execute(graph.desc(), {condition(false), bytes_of(kValues), outside})[0]) == negated());
}

TEST_CASE("a region that this module cannot run refuses the node", "[branches]")
{
    const auto answer = [](uint32_t operation, Dims dims) {
        Unary then_branch(operation), else_branch(ACCEL_OPERATION_NEG);
        GraphMaker graph;
        const uint32_t c = graph.input(ACCEL_TYPE_BOOL, {}), x = graph.input(ACCEL_TYPE_F32, kDims), y = graph.tensor(ACCEL_TYPE_F32, std::move(dims));
        graph.branches(c, {y}, then_branch.of(x), else_branch.of(x));
        graph.output(y);
        return query(graph.desc());
    };
    CHECK(answer(ACCEL_OPERATION_ABS, kDims).group != 0);
    const accel_bk_support unknown = answer(9999, kDims);
    CHECK(unknown.group == 0);
    CHECK(unknown.reason == ACCEL_REASON_REGION);
    CHECK(answer(ACCEL_OPERATION_ABS, {3, 2}).group == 0);
}

TEST_CASE("both regions work in one piece of memory", "[branches]")
{
    // Each needs one matrix between its two nodes.
    const Dims kLarge = {64, 64};
    GraphMaker regions[2];
    for (GraphMaker &region : regions) {
        const uint32_t x = region.tensor(ACCEL_TYPE_F32, kLarge), between = region.tensor(ACCEL_TYPE_F32, kLarge), y = region.tensor(ACCEL_TYPE_F32, kLarge);
        region.node(ACCEL_OPERATION_SQRT, {x}, {between});
        region.node(ACCEL_OPERATION_NEG, {between}, {y});
        region.output(y);
    }
    GraphMaker graph;
    const uint32_t c = graph.input(ACCEL_TYPE_BOOL, {}), x = graph.input(ACCEL_TYPE_F32, kLarge), y = graph.tensor(ACCEL_TYPE_F32, kLarge);
    graph.branches(c, {y}, {&regions[0], {{x, 0}}}, {&regions[1], {{x, 0}}});
    graph.output(y);
    const auto plan = accel::cpu::make_plan(accel::cpu::read_graph(graph.desc()), 1);
    REQUIRE(plan);
    CHECK(plan->steps.size() == 1);
    CHECK(plan->arena_bytes >= 64 * 64 * sizeof(float));
    CHECK(plan->arena_bytes < 64 * 64 * sizeof(float) + 1024);  // and a note
}
