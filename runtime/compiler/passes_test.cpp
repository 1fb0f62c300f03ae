// SPDX-License-Identifier: MIT
// The table of passes: which run for what, and what is told of each.
#include "passes.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "prepare.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

/// x + the sum of two constants -> relu -> y, and an operation that no output depends on.
Graph sample()
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {3, 2}), c = b.constant<float>("c", ACCEL_TYPE_F32, {3, 2}, {1, 2, 3, 4, 5, 6});
    const uint32_t d = b.constant<float>("d", ACCEL_TYPE_F32, {3, 2}, {6, 5, 4, 3, 2, 1});
    const uint32_t made = b.tensor("made", ACCEL_TYPE_F32, {3, 2}), sum = b.tensor("sum", ACCEL_TYPE_F32, {3, 2}), y = b.tensor("y", ACCEL_TYPE_F32, {3, 2});
    b.node("made", ACCEL_OPERATION_ADD, {c, d}, {made});
    b.node("dead", ACCEL_OPERATION_EXP, {x}, {b.tensor("unread", ACCEL_TYPE_F32, {3, 2})});
    b.node("sum", ACCEL_OPERATION_ADD, {x, made}, {sum});
    b.node("relu", ACCEL_OPERATION_RELU, {sum}, {y});
    b.output(y);
    return std::move(b.graph);
}

PassWatch keep(std::vector<PassTold> &told)
{
    return [&told](const PassTold &one) { return told.push_back(one), ACCEL_STATUS_OK; };
}

using Labels = std::map<std::string, uint32_t>;

}  // namespace

TEST_CASE("each row of the table of passes has a name, a sentence that says why, and a function", "[passes]")
{
    for (const Pass &pass : passes()) {
        INFO(pass.name);
        CHECK(std::string_view(pass.name).find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
        CHECK(std::string_view(pass.why).size() > 20);
        CHECK(std::string_view(pass.why).ends_with('.'));
        CHECK(pass.run != nullptr);
    }
}

TEST_CASE("every pass is told in the order of the table, from where the one before has left the graph", "[passes]")
{
    Graph graph = sample(), silent = sample();
    std::vector<PassTold> told;
    REQUIRE(prepare(graph, {nullptr, 0, 0, {}, nullptr, keep(told)}) == ACCEL_STATUS_OK);
    REQUIRE(prepare(silent, {}) == ACCEL_STATUS_OK);
    std::vector<const Pass *> expected;
    for (const Pass &pass : passes())
        if (!pass.open_only) expected.push_back(&pass);
    REQUIRE(told.size() == expected.size());
    for (size_t i = 0; i < told.size(); ++i) {
        INFO(expected[i]->name);
        CHECK(told[i].pass == expected[i]);
        if (i == 0) continue;
        CHECK(told[i].before.nodes == told[i - 1].after.nodes);
        CHECK(told[i].before.tensors == told[i - 1].after.tensors);
        CHECK(told[i].before.constant_bytes == told[i - 1].after.constant_bytes);
        CHECK(told[i].before.labels == told[i - 1].after.labels);
    }
    CHECK((told.front().before.nodes == 4 && told.front().before.tensors == 7 && told.front().before.constant_bytes == 48));
    CHECK((told.back().after.nodes == graph.nodes.size() && told.back().after.tensors == graph.tensors.size()));
    CHECK((graph.nodes.size() == silent.nodes.size() && graph.tensors.size() == silent.tensors.size()));
}

TEST_CASE("what is told of a pass is what it did", "[passes]")
{
    Graph graph = sample();
    std::vector<PassTold> told;
    REQUIRE(prepare(graph, {nullptr, 0, 0, {}, nullptr, keep(told)}) == ACCEL_STATUS_OK);
    const auto first = [&](std::string_view name) { return *std::find_if(told.begin(), told.end(), [&](const PassTold &one) { return one.pass->name == name; }); };
    const PassTold swept = first("sweep"), canonical = first("canonicalise"), folded = first("fold"), compacted = first("compact");
    CHECK(swept.before.labels == Labels{{"Exp", 1}, {"Add", 2}, {"Relu", 1}});
    CHECK(swept.after.labels == Labels{{"Add", 2}, {"Relu", 1}});
    CHECK((canonical.before.labels.count("Relu") == 1 && canonical.after.labels.count("Relu") == 0 && canonical.after.labels.count("Add+Relu") == 1));
    CHECK(folded.after.labels == Labels{{"Add+Relu", 1}});
    CHECK((compacted.after.constant_bytes == 24 && compacted.after.tensors == 3));
    uint64_t all_ns = 0;
    for (const PassTold &one : told) all_ns += one.duration_ns;
    CHECK((all_ns > 0 && all_ns < 10'000'000'000));
}

TEST_CASE("who watches passes can end them, and hears nothing of a pass that failed", "[passes]")
{
    Graph graph = sample();
    size_t count = 0;
    const PassWatch stop = [&](const PassTold &told) { return ++count, std::string_view(told.pass->name) == "sweep" ? ACCEL_STATUS_CANCELLED : ACCEL_STATUS_OK; };
    CHECK(prepare(graph, {nullptr, 0, 0, {}, nullptr, stop}) == ACCEL_STATUS_CANCELLED);
    CHECK(count == 2);
    Graph open = sample();
    open.symbols = {{"n", 1, 8}};
    open.tensors[open.inputs[0]].shape[0] = {-1, 0};
    std::vector<PassTold> told;
    CHECK(prepare(open, {nullptr, 0, 0, {}, nullptr, keep(told)}) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string_view(told.back().pass->name) == "sweep");
}

TEST_CASE("nodes over open sizes are taken back last, and only there; the rest begins with its sizes", "[passes]")
{
    Builder b;
    b.graph.symbols = {{"n", 1, 8}};
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1}), y = b.tensor("y", ACCEL_TYPE_F32, {1});
    b.graph.tensors[x].shape[0] = b.graph.tensors[y].shape[0] = {-1, 0};
    b.node("exp", ACCEL_OPERATION_EXP, {x}, {y});
    b.output(y);
    Graph open = b.graph, rest = b.graph;
    std::vector<PassTold> told;
    std::vector<KnownSize> known;
    REQUIRE(prepare_open(open, {nullptr, 0, 0, {}, nullptr, keep(told)}, &known) == ACCEL_STATUS_OK);
    CHECK(told.size() == passes().size());
    CHECK(std::string_view(told.back().pass->name) == "take_back");
    CHECK(told.back().after.labels == Labels{{"Exp", 1}});
    told.clear();
    const int64_t size = 4;
    REQUIRE(prepare_rest(rest, {&size, 1}, {nullptr, 0, 0, {}, nullptr, keep(told)}) == ACCEL_STATUS_OK);
    CHECK(std::string_view(told.front().pass->name) == "specialise");
    CHECK(std::string_view(told.back().pass->name) == "name_everything");
}
