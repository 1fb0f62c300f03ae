// SPDX-License-Identifier: MIT
// Which node the time of a step counts for.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>

#include "../timings.h"

#include <algorithm>
#include <string>

using namespace accel::cpu::test;
using accel::cpu::Timings;

namespace {

std::unique_ptr<accel::cpu::Plan> plan_of(GraphMaker &graph) { return accel::cpu::make_plan(accel::cpu::read_graph(graph.desc()), 1); }

// The rows of an execution in which nothing was computed: only the clock counts here.
std::vector<accel_bk_timing> rows_of(const accel::cpu::Plan &plan)
{
    Timings timings(plan);
    timings.begin();
    timings.memory_ready();
    for (size_t step = 0; step < plan.steps.size(); ++step)
        timings.step_ended(step);
    timings.end();
    return timings.rows();
}

std::vector<accel_bk_timing> of_node(const std::vector<accel_bk_timing> &rows, uint32_t node, bool parts)
{
    std::vector<accel_bk_timing> found;
    std::ranges::copy_if(rows, std::back_inserter(found), [&](const accel_bk_timing &row) { return row.node == node && (row.part != nullptr) == parts; });
    return found;
}

}  // namespace

TEST_CASE("each node has one row, with its time or with the node that has it", "[timings]")
{
    GraphMaker graph;
    const uint32_t x = graph.input(ACCEL_TYPE_F32, {1, 8, 6, 6});
    const uint32_t weights = graph.constant(ACCEL_TYPE_F32, {8, 8, 3, 3}, std::vector<float>(8 * 8 * 9, 0.5f));
    const uint32_t made = graph.tensor(ACCEL_TYPE_F32, {1, 8, 4, 4}), kept = graph.tensor(ACCEL_TYPE_F32, {1, 8, 4, 4});
    const uint32_t flat = graph.tensor(ACCEL_TYPE_F32, {1, 128}), y = graph.tensor(ACCEL_TYPE_F32, {1, 128});
    graph.node(ACCEL_OPERATION_CONV, {x, weights}, {made});
    graph.node(ACCEL_OPERATION_RELU, {made}, {kept});
    graph.node(ACCEL_OPERATION_RESHAPE, {kept}, {flat});
    graph.node(ACCEL_OPERATION_TANH, {flat}, {y});
    graph.output(y);
    const auto plan = plan_of(graph);
    REQUIRE(plan != nullptr);
    REQUIRE(plan->origins.size() == plan->steps.size());
    const auto rows = rows_of(*plan);
    REQUIRE(rows[0].node == ACCEL_NONE);
    CHECK(rows[0].part == nullptr);
    const uint64_t begin_ns = rows[0].begin_ns, end_ns = begin_ns + rows[0].duration_ns;
    for (uint32_t node = 0; node < 4; ++node) {
        INFO("node " << node);
        const auto own = of_node(rows, node, false), parts = of_node(rows, node, true);
        REQUIRE(own.size() == 1);
        if (node == 1) {  // the convolution clamps
            CHECK(own[0].counted_in == 0);
            CHECK(own[0].begin_ns == 0);
            continue;
        }
        CHECK(own[0].counted_in == ACCEL_NONE);
        CHECK(own[0].begin_ns >= begin_ns);
        CHECK(own[0].begin_ns + own[0].duration_ns <= end_ns);
        uint64_t sum_ns = 0;
        for (const accel_bk_timing &part : parts) {
            sum_ns += part.duration_ns;
            CHECK(part.begin_ns >= begin_ns);
            CHECK(part.begin_ns + part.duration_ns <= end_ns);
        }
        CHECK((parts.empty() || sum_ns == own[0].duration_ns));
        CHECK(parts.size() != 1);
    }
}

TEST_CASE("a tensor that changes its layout costs the node that wants the other one", "[timings]")
{
    GraphMaker graph;
    const uint32_t x = graph.input(ACCEL_TYPE_F32, {1, 8, 6, 6});
    const uint32_t weights = graph.constant(ACCEL_TYPE_F32, {8, 8, 3, 3}, std::vector<float>(8 * 8 * 9, 0.5f));
    const uint32_t y = graph.tensor(ACCEL_TYPE_F32, {1, 8, 4, 4});
    graph.node(ACCEL_OPERATION_CONV, {x, weights}, {y});
    graph.output(y);
    const auto plan = plan_of(graph);
    REQUIRE(plan != nullptr);
    REQUIRE(plan->steps.size() == 3);  // to channels last, the convolution, and back
    const auto parts = of_node(rows_of(*plan), 0, true);
    REQUIRE(parts.size() == 3);
    CHECK(std::string(parts[0].part) == "layout");
    CHECK(std::string(parts[1].part) == "work");
    CHECK(std::string(parts[2].part) == "output");
}
