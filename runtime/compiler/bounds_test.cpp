// SPDX-License-Identifier: MIT
// What passes may take: memory for constants, and time without a word to the application.
#include <catch2/catch_test_macros.hpp>

#include "base/check.h"
#include "base/progress.h"
#include "canonicalise.h"
#include "constants.h"
#include "fold.h"
#include "prepare.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

constexpr int64_t kEdge = 64;
constexpr uint64_t kBytes = kEdge * kEdge * sizeof(float);

uint32_t square(Builder &b, const std::string &name) { return b.tensor(name, ACCEL_TYPE_F32, {kEdge, kEdge}); }
uint32_t square_constant(Builder &b) { return b.constant<float>("c", ACCEL_TYPE_F32, {kEdge, kEdge}, std::vector<float>(kEdge * kEdge, 2.0f)); }

void transpose(Builder &b, uint32_t from, uint32_t to) { b.node("turn", ACCEL_OPERATION_TRANSPOSE, {from}, {to}).set_ints(ACCEL_ATTRIBUTE_PERM, {1, 0}); }

/// count transposes of one constant, each added to the input.
Builder fan(int count)
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {kEdge, kEdge}), c = square_constant(b);
    for (int i = 0; i < count; ++i) {
        const uint32_t turned = square(b, "t" + std::to_string(i)), sum = square(b, "s" + std::to_string(i));
        transpose(b, c, turned);
        b.node("add", ACCEL_OPERATION_ADD, {x, turned}, {sum});
        b.output(sum);
    }
    return b;
}

accel_status fold_within(Graph &graph, ConstantBudget &budget)
{
    graph.budget = &budget;
    return guarded([&] { return fold(graph, FoldDequantize::Keep), ACCEL_STATUS_OK; });
}

std::string said() { return accel_last_error()->message; }

}  // namespace

TEST_CASE("G-17 folded constants stay within the budget, and a refusal says what helps", "[bounds]")
{
    Builder enough = fan(3), beyond = fan(4);
    ConstantBudget budget(3 * kBytes), same(3 * kBytes);
    CHECK(fold_within(enough.graph, budget) == ACCEL_STATUS_OK);
    CHECK(budget.used_bytes() == 3 * kBytes);
    REQUIRE(fold_within(beyond.graph, same) == ACCEL_STATUS_LIMIT);
    CHECK(std::string(accel_last_error()->rule) == "G-17");
    CHECK(said().find("node 'turn' (Transpose) needs 16384 bytes") != std::string::npos);
    CHECK(said().find("49152 of the 49152 bytes") != std::string::npos);
    CHECK(said().find("constant_budget_bytes (--constant-budget)") != std::string::npos);
}

TEST_CASE("G-17 constants that are needed no more are given back", "[bounds]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {kEdge, kEdge}), y = square(b, "y");
    uint32_t at = square_constant(b);
    for (int i = 0; i < 20; ++i) {
        const uint32_t next = square(b, "t" + std::to_string(i));
        transpose(b, at, next);
        at = next;
    }
    b.node("add", ACCEL_OPERATION_ADD, {x, at}, {y});
    b.output(y);
    ConstantBudget budget(2 * kBytes);
    CHECK(fold_within(b.graph, budget) == ACCEL_STATUS_OK);
    CHECK(b.graph.nodes.size() == 1);
    CHECK(budget.used_bytes() == kBytes);
    b.graph = {};
    CHECK(budget.used_bytes() == 0);
}

TEST_CASE("G-17 the default budget is 256 MiB, or four times the model", "[bounds]")
{
    constexpr uint64_t kMiB = uint64_t{1} << 20;
    CHECK(ConstantBudget::limit_for(0, 0) == 256 * kMiB);
    CHECK(ConstantBudget::limit_for(0, 64 * kMiB) == 256 * kMiB);
    CHECK(ConstantBudget::limit_for(0, 65 * kMiB) == 260 * kMiB);
    CHECK(ConstantBudget::limit_for(0, UINT64_MAX / 2) == UINT64_MAX);
    CHECK(ConstantBudget::limit_for(7, 65 * kMiB) == 7);
}

TEST_CASE("P-5 passes obey the application in the middle of their walks", "[bounds]")
{
    Builder b;
    uint32_t at = b.input("x", ACCEL_TYPE_F32, {4});
    for (int i = 0; i < 1000; ++i) {
        const uint32_t next = b.tensor("t" + std::to_string(i), ACCEL_TYPE_F32, {4});
        b.node("n" + std::to_string(i), ACCEL_OPERATION_TANH, {at}, {next});
        at = next;
    }
    b.output(at);
    int calls = 0;
    Progress unwilling([](void *user, const accel_progress *) { return ++*static_cast<int *>(user); }, &calls);
    CHECK(guarded([&] { return prepare(b.graph, {}); }) == ACCEL_STATUS_CANCELLED);
    CHECK(calls == 1);
    CHECK(std::string(accel_last_error()->rule) == "P-5");
}

TEST_CASE("P-5 modules without a progress function have a pulse", "[bounds]")
{
    CHECK(Progress::pulse() == ACCEL_STATUS_OK);
    int calls = 0;
    Progress outer([](void *user, const accel_progress *) { return ++*static_cast<int *>(user), 0; }, &calls);
    CHECK(Progress::pulse() == ACCEL_STATUS_OK);
    CHECK(calls == 1);
    CHECK(Progress::pulse() == ACCEL_STATUS_OK);
    CHECK(calls == 1);  // it was told a moment ago
    {
        Progress inner([](void *, const accel_progress *) { return 1; }, nullptr);
        CHECK(Progress::pulse() == ACCEL_STATUS_CANCELLED);
    }
    CHECK(Progress::pulse() == ACCEL_STATUS_OK);
}

TEST_CASE("moves that undo each other in nests are gone, and outputs keep their tensors", "[canonicalise]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2, 8});
    const uint32_t sizes = b.constant<int64_t>("sizes", ACCEL_TYPE_I64, {2}, {4, 4});
    std::vector<uint32_t> t;
    for (const auto &shape : std::vector<std::vector<int64_t>>{{8, 2}, {4, 4}, {4, 4}, {8, 2}, {2, 8}, {2, 8}, {2, 8}}) t.push_back(b.tensor("t" + std::to_string(t.size()), ACCEL_TYPE_F32, shape));
    const auto turn = [&](uint32_t from, uint32_t to) { b.node("turn", ACCEL_OPERATION_TRANSPOSE, {from}, {to}).set_ints(ACCEL_ATTRIBUTE_PERM, {1, 0}); };
    turn(x, t[0]);
    b.node("shape", ACCEL_OPERATION_RESHAPE, {t[0], sizes}, {t[1]});
    b.node("same", ACCEL_OPERATION_IDENTITY, {t[1]}, {t[2]});
    b.node("back", ACCEL_OPERATION_RESHAPE, {t[2], sizes}, {t[3]});
    turn(t[3], t[4]);
    b.node("tanh", ACCEL_OPERATION_TANH, {t[4]}, {t[5]});
    b.node("out", ACCEL_OPERATION_IDENTITY, {t[5]}, {t[6]});
    b.output(t[6]);
    for (uint32_t i = 0; i < b.graph.nodes.size(); ++i) b.graph.nodes[i].origins = b.graph.origins.only(i);
    canonicalise(b.graph);
    REQUIRE(b.graph.nodes.size() == 1);
    CHECK(b.graph.nodes[0].name == "tanh");
    CHECK(b.graph.nodes[0].inputs == std::vector<uint32_t>{x});
    CHECK(b.graph.nodes[0].outputs == std::vector<uint32_t>{t[6]});
}

TEST_CASE("a node stands for all that it was merged from, each once", "[canonicalise]")
{
    Origins origins;
    uint32_t all = Origins::kNothing;
    for (uint32_t i = 0; i < 100'000; ++i) all = origins.join(all, origins.only(i % 50'000));
    // Sets that share parts are walked once, however often they were joined.
    for (int i = 0; i < 60; ++i) all = origins.join(all, origins.join(all, origins.only(7)));
    const std::vector<uint32_t> members = origins.members(all);
    CHECK(members.size() == 50'000);
    CHECK(members.front() == 0);
    CHECK(members.back() == 49'999);
    CHECK(origins.members(Origins::kNothing).empty());
}
