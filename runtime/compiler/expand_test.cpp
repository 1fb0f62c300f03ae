// SPDX-License-Identifier: MIT
// Tests of who gets a composite, and in which form.
#include "expand.h"

#include <catch2/catch_test_macros.hpp>

#include "base/check.h"
#include "graph/graph_check.h"
#include "graph/values.h"
#include "partition.h"
#include "placements.h"
#include "steps.h"
#include "testing/builder.h"
#include "testing/fake_compiler.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::FakeCompiler;
using accel::testing::takes;

namespace {

constexpr uint32_t kComposite = ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, kStep = ACCEL_OPERATION_REDUCE_MEAN;

/// exp, then the mean of each plane.
Builder mean_of_planes()
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1, 3, 4, 4}), moved = b.tensor("t", ACCEL_TYPE_F32, {1, 3, 4, 4}), y = b.tensor("y", ACCEL_TYPE_F32, {1, 3, 1, 1});
    b.node("before", ACCEL_OPERATION_EXP, {x}, {moved});
    b.node("pool", kComposite, {moved}, {y});
    b.output(y);
    return b;
}

struct Made {
    Graph graph;
    std::vector<PlacementRow> placements;
};

Made built(Graph graph, const std::vector<CompileTarget> &targets, uint32_t flags = 0)
{
    Answers answers;
    REQUIRE(expand_composites(graph, targets, {}, flags & ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY, &answers) == ACCEL_STATUS_OK);
    const accel_status status = check_inside(graph);
    INFO(accel_last_error()->message);
    REQUIRE(status == ACCEL_STATUS_OK);
    Made made{std::move(graph), {}};
    Partition partition(made.graph, targets, {}, flags, std::move(answers));
    std::vector<Piece> pieces;
    REQUIRE(partition.run(&pieces) == ACCEL_STATUS_OK);
    list_placements(made.graph, pieces, partition, nullptr, made.placements);
    return made;
}

std::vector<uint32_t> operations(const Made &made)
{
    std::vector<uint32_t> list;
    for (const Node &node : made.graph.nodes) list.push_back(node.operation);
    return list;
}

}  // namespace

TEST_CASE("a device that takes a composite gets it, and is asked once", "[expand]")
{
    FakeCompiler npu(0, "npu", takes({ACCEL_OPERATION_EXP, kComposite, kStep}));
    const Made made = built(mean_of_planes().graph, {npu.target()});
    CHECK(operations(made) == std::vector<uint32_t>{ACCEL_OPERATION_EXP, kComposite});
    CHECK(npu.query_count == 1);
    CHECK(made.placements[1].operation == "GlobalAveragePool");
    CHECK(made.placements[1].reason_text.empty());
}

TEST_CASE("a device that knows core operations alone gets the steps, and the report says so", "[expand]")
{
    FakeCompiler core(0, "core", takes({ACCEL_OPERATION_EXP, kStep})), cpu(1, "cpu", takes({ACCEL_OPERATION_EXP, kComposite, kStep}));
    const Made made = built(mean_of_planes().graph, {core.target(), cpu.target()});
    CHECK(operations(made) == std::vector<uint32_t>{ACCEL_OPERATION_EXP, kStep});
    CHECK(made.placements[1].device == 0);
    CHECK(made.placements[1].operation == "ReduceMean of GlobalAveragePool");
    CHECK(made.placements[1].reason_text == "a step of node 'pool' (GlobalAveragePool): core: does not do GlobalAveragePool");
    CHECK(made.graph.nodes[1].outputs == std::vector<uint32_t>{2});
    CHECK(integers_at(made.graph, made.graph.nodes[1], ACCEL_OPERAND_REDUCE_MEAN_AXES) == std::vector<int64_t>{2, 3});
}

TEST_CASE("a step that chooses has the type of what it chooses from", "[expand]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {3}), y = b.tensor("y", ACCEL_TYPE_F32, {3});
    b.node("shrink", ACCEL_OPERATION_SHRINK, {x}, {y});
    b.output(y);
    const auto steps = steps_of(b.graph, b.graph.nodes[0]);
    REQUIRE(steps);
    size_t chosen = 0;
    for (const Node &node : *steps) {
        if (node.operation != ACCEL_OPERATION_WHERE) continue;
        ++chosen;
        CHECK(b.graph.tensors[node.inputs[0]].type == ACCEL_TYPE_BOOL);
        CHECK(b.graph.tensors[node.outputs[0]].type == ACCEL_TYPE_F32);
    }
    CHECK(chosen == 2);
}

TEST_CASE("the order of the set decides: the composite goes to whom takes it before another takes its steps", "[expand]")
{
    FakeCompiler npu(0, "npu", takes({ACCEL_OPERATION_EXP})), cpu(1, "cpu", takes({kComposite})), core(2, "core", takes({kStep}));
    const Made made = built(mean_of_planes().graph, {npu.target(), cpu.target(), core.target()});
    CHECK(operations(made) == std::vector<uint32_t>{ACCEL_OPERATION_EXP, kComposite});
    CHECK(made.placements[1].device == 1);
    const Made other = built(mean_of_planes().graph, {npu.target(), core.target(), cpu.target()});
    CHECK(operations(other) == std::vector<uint32_t>{ACCEL_OPERATION_EXP, kStep});
    CHECK(other.placements[1].device == 1);
}

TEST_CASE("what nobody takes in either form stays what the model says", "[expand]")
{
    FakeCompiler npu(0, "npu", takes({ACCEL_OPERATION_EXP})), core(1, "core", takes({kStep}));
    Graph graph = mean_of_planes().graph;
    Answers answers;
    REQUIRE(expand_composites(graph, {npu.target()}, {}, false, &answers) == ACCEL_STATUS_OK);
    CHECK(graph.nodes[1].operation == kComposite);
    // The second device may not be used.
    REQUIRE(expand_composites(graph, {npu.target(), core.target()}, {}, true, &answers) == ACCEL_STATUS_OK);
    CHECK(graph.nodes[1].operation == kComposite);
}

TEST_CASE("quantised composites stay, and a clamp that was taken in becomes a step", "[expand]")
{
    FakeCompiler core(0, "core", takes({ACCEL_OPERATION_EXP, kStep, ACCEL_OPERATION_CLIP}));
    Builder b = mean_of_planes();
    b.graph.nodes[1].set_real(ACCEL_ATTRIBUTE_CLAMP_MIN, 0);
    const Made made = built(b.graph, {core.target()});
    CHECK(operations(made) == std::vector<uint32_t>{ACCEL_OPERATION_EXP, kStep, ACCEL_OPERATION_CLIP});
    CHECK(real_at(made.graph, made.graph.nodes[2], ACCEL_OPERAND_CLIP_MIN) == 0.0f);
    CHECK_FALSE(is_given(made.graph.nodes[2], ACCEL_OPERAND_CLIP_MAX));

    Builder q;
    const uint32_t x = q.quantised("x", ACCEL_TYPE_I8, {1, 3, 4, 4}, 0.5f, 0), y = q.quantised("y", ACCEL_TYPE_I8, {1, 3, 1, 1}, 0.5f, 0);
    q.graph.inputs = {x};
    q.node("pool", kComposite, {x}, {y}).rounding = ACCEL_ROUNDING_HALF_EVEN;
    q.output(y);
    Answers answers;
    REQUIRE(expand_composites(q.graph, {core.target()}, {}, false, &answers) == ACCEL_STATUS_OK);
    CHECK(q.graph.nodes[0].operation == kComposite);
}
