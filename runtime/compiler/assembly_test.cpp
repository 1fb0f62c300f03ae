// SPDX-License-Identifier: MIT
// Tests of whole programs: which pieces are built together, what moves on, what lies in place.
#include "assembly.h"

#include <catch2/catch_test_macros.hpp>

#include <map>

#include "base/check.h"
#include "base/constant_budget.h"
#include "constants.h"
#include "testing/builder.h"
#include "testing/fake_compiler.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::FakeCompiler;
using accel::testing::takes;

namespace {

constexpr uint32_t A = ACCEL_OPERATION_RELU, B = ACCEL_OPERATION_EXP;

/// x -> operations -> out, over `size` elements.
Graph chain(std::vector<uint32_t> operations, int64_t size)
{
    Builder b;
    uint32_t last = b.input("x", ACCEL_TYPE_F32, {size});
    for (size_t i = 0; i < operations.size(); ++i) {
        const uint32_t next = b.tensor("t" + std::to_string(i), ACCEL_TYPE_F32, {size});
        b.node("n" + std::to_string(i), operations[i], {last}, {next});
        last = next;
    }
    b.output(last);
    return std::move(b.graph);
}

/// Answers builds with dense ports and remembers which graphs came together.
class Builds {
public:
    std::vector<std::vector<int64_t>> asked;  ///< by build: sizes of the first input of each graph
    std::map<size_t, accel_status> refusals;  ///< by number of graphs
    bool in_place = false;                    ///< outputs may have the memory of the first input

    accel_status operator()(std::span<const accel_graph_desc *const> graphs, accel_bk_blob **out)
    {
        std::vector<int64_t> &sizes = asked.emplace_back();
        for (const accel_graph_desc *graph : graphs) sizes.push_back(graph->tensors[graph->inputs[0]].dims[0].size);
        if (const auto refused = refusals.find(graphs.size()); refused != refusals.end()) return refused->second;
        made_.clear();
        ports_.clear();
        for (const accel_graph_desc *graph : graphs) {
            std::vector<accel_bk_port> &ports = ports_.emplace_back();
            const int64_t sizes_of_ports[] = {graph->tensors[graph->inputs[0]].dims[0].size};
            const accel::layouts::Layout &dense = layouts_.emplace_back(accel::layouts::dense(graph->tensors[graph->inputs[0]].type, sizes_of_ports).value());
            const accel_layout *layout = &shown_.emplace_back(dense.view());
            for (uint32_t i = 0; i < graph->input_count; ++i) ports.push_back({graph->inputs[i], 0, layout, 4, 0, 0});
            for (uint32_t i = 0; i < graph->output_count; ++i) ports.push_back({graph->outputs[i], in_place ? uint32_t{ACCEL_BK_PORT_FLAG_IN_PLACE} : 0u, layout, 4, 0, 0});
            made_.push_back({ports.data(), 0, static_cast<uint32_t>(ports.size()), 0});
        }
        blob_ = {sizeof blob_, [](accel_bk_blob *) {}, nullptr, 0, made_.data(), nullptr, "", static_cast<uint32_t>(made_.size()), 0};
        *out = &blob_;
        return ACCEL_STATUS_OK;
    }

private:
    std::deque<std::vector<accel_bk_port>> ports_;
    std::deque<accel::layouts::Layout> layouts_;
    std::deque<accel_layout> shown_;
    std::vector<accel_bk_blob_entry> made_;
    accel_bk_blob blob_{};
};

class AnyMemory : public Sharing {
public:
    bool together(const std::vector<uint32_t> &) const override { return true; }
    bool either_way(uint32_t, uint32_t) const override { return true; }
};

struct Stand {
    Builds first, second;
    FakeCompiler npu{0, "npu", takes({A})}, cpu{1, "cpu", takes({A, B})};
    std::vector<Blob> blobs;
    std::vector<ProgramEntry> entries;
    std::vector<Variable> variables;

    accel_status assemble(bool several, std::vector<Graph> graphs, std::vector<std::vector<VariableUse>> uses = {})
    {
        npu.flags = several ? static_cast<uint32_t>(ACCEL_BK_TARGET_FLAG_ENTRIES) : 0u;
        npu.build = std::ref(first);
        cpu.build = std::ref(second);
        const std::vector<CompileTarget> targets{npu.target(), cpu.target()};
        Assembly assembly(targets, {}, 0, [](double, double, const char *) { return ACCEL_STATUS_OK; });
        for (size_t i = 0; i < graphs.size(); ++i) assembly.add("e" + std::to_string(i), std::move(graphs[i]), i < uses.size() ? uses[i] : std::vector<VariableUse>());
        return assembly.run(AnyMemory(), &blobs, &entries, &variables);
    }
};

}  // namespace

TEST_CASE("pieces of all entry points are built together where the compiler takes several graphs, else each by itself", "[assembly]")
{
    Stand together;
    REQUIRE(together.assemble(true, {chain({A, B, A}, 8), chain({A}, 16)}) == ACCEL_STATUS_OK);
    CHECK(together.first.asked == std::vector<std::vector<int64_t>>{{8, 8, 16}});
    CHECK(together.second.asked == std::vector<std::vector<int64_t>>{{8}});
    REQUIRE(together.entries.size() == 2);
    CHECK(together.entries[1].name == "e1");
    REQUIRE(together.blobs.size() == 2);
    CHECK(together.blobs[0].graph_count == 3);
    const std::vector<Segment> &segments = together.entries[0].segments;
    REQUIRE(segments.size() == 3);
    CHECK((segments[0].blob == 0 && segments[0].graph == 0 && segments[0].device == 0));
    CHECK((segments[1].blob == 1 && segments[1].graph == 0 && segments[1].device == 1));
    CHECK((segments[2].blob == 0 && segments[2].graph == 1));
    CHECK(together.entries[1].segments[0].graph == 2);
    CHECK(together.entries[1].ports[0].layout.dims == std::vector<int64_t>{16});
    CHECK(together.entries[0].transfers.size() == 2);
    CHECK(together.entries[1].transfers.empty());

    Stand apart;
    REQUIRE(apart.assemble(false, {chain({A, B, A}, 8), chain({A}, 16)}) == ACCEL_STATUS_OK);
    CHECK(apart.first.asked == std::vector<std::vector<int64_t>>{{8}, {8}, {16}});
    CHECK(apart.blobs.size() == 4);
}

TEST_CASE("what is too much together is built alone, and what is too much alone moves on", "[assembly]")
{
    Stand both;
    both.first.refusals = {{2, ACCEL_STATUS_LIMIT}};
    REQUIRE(both.assemble(true, {chain({A}, 8), chain({A}, 16)}) == ACCEL_STATUS_OK);
    CHECK(both.first.asked == std::vector<std::vector<int64_t>>{{8, 16}, {8}, {16}});
    CHECK(both.blobs.size() == 2);
    CHECK(both.entries[1].segments[0].blob == 1);

    Stand none;
    none.first.refusals = {{1, ACCEL_STATUS_LIMIT}, {2, ACCEL_STATUS_LIMIT}};
    REQUIRE(none.assemble(true, {chain({A}, 8), chain({A}, 16)}) == ACCEL_STATUS_OK);
    CHECK(none.entries[0].segments[0].device == 1);
    CHECK(none.entries[1].segments[0].device == 1);
    CHECK(none.entries[0].placements[0].reason == ACCEL_REASON_RESOURCE);

    Stand broken;
    broken.second.refusals = {{1, ACCEL_STATUS_RESOURCE}};
    CHECK(broken.assemble(true, {chain({A}, 8), chain({B}, 16)}) == ACCEL_STATUS_RESOURCE);
    CHECK(std::string(accel_last_error()->message).starts_with("entry point 'e1': "));
    CHECK(Stand().assemble(true, {chain({A}, 8), chain({ACCEL_OPERATION_TANH}, 16)}) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(std::string(accel_last_error()->message).starts_with("entry point 'e1': "));
}

TEST_CASE("P-18 what passes made of the entry points is held once", "[assembly]")
{
    ConstantBudget budget(1000);
    const auto made = [&](std::vector<int32_t> values) {
        Builder b;
        b.graph.budget = &budget;
        const uint32_t k = b.tensor("k", ACCEL_TYPE_I32, {static_cast<int64_t>(values.size())});
        own_values(b.graph.tensors[k], values, b.graph.grant(values.size() * 4, "a constant"));
        return std::move(b.graph);
    };
    Graph one = made({1, 2, 3}), same = made({1, 2, 3}), other = made({1, 2, 4});
    CHECK(budget.used_bytes() == 36);
    ConstantPool pool;
    for (Graph *graph : {&one, &same, &other}) pool.share(*graph);
    CHECK(same.tensors[0].data == one.tensors[0].data);
    CHECK(same.tensors[0].owned == one.tensors[0].owned);
    CHECK(other.tensors[0].data != one.tensors[0].data);
    CHECK(values_of<int32_t>(other.tensors[0]) == std::vector<int32_t>{1, 2, 4});
    CHECK(budget.used_bytes() == 24);  // what is dropped is given back
}

namespace {

/// x + s -> t0, one node for each operation, over the sizes that the state has before and after.
VariableUse state(const char *input, const char *output)
{
    VariableUse use;
    use.name = "s";
    use.input = input;
    use.output = output;
    return use;
}

}  // namespace

TEST_CASE("R-12 what the device does not write in place is copied, and what it does is not", "[assembly][state]")
{
    Stand beside;
    REQUIRE(beside.assemble(false, {chain({A}, 8)}, {{state("x", "t0")}}) == ACCEL_STATUS_OK);
    const ProgramEntry &copied = beside.entries[0];
    REQUIRE(beside.variables.size() == 1);
    CHECK_FALSE(beside.variables[0].in_place);
    CHECK((copied.application_ports.empty() && copied.ports.size() == 2));
    REQUIRE(copied.values.size() == 1);
    CHECK(copied.values[0].port_of == 1);
    CHECK(copied.segments[0].output_sources[0].kind == PortSource::Kind::Value);
    REQUIRE(copied.transfers.size() == 1);
    CHECK(copied.transfers[0].reason == "the device does not write it in place");

    Stand over;
    over.first.in_place = true;
    REQUIRE(over.assemble(false, {chain({A}, 8)}, {{state("x", "t0")}}) == ACCEL_STATUS_OK);
    CHECK(over.variables[0].in_place);
    CHECK(over.entries[0].values.empty());
    CHECK(over.entries[0].transfers.empty());
    CHECK(over.entries[0].ports[1].in_place_of == 0);
}

TEST_CASE("R-12 in place is not for what a later part of the program reads", "[assembly][state]")
{
    // n0 writes the state, and n1, which another device runs, reads what it was.
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {8}), next = b.tensor("next", ACCEL_TYPE_F32, {8}), other = b.tensor("other", ACCEL_TYPE_F32, {8});
    b.node("n0", A, {x}, {next});
    b.node("n1", B, {x}, {other});
    b.output(next);
    b.output(other);
    Stand stand;
    stand.first.in_place = stand.second.in_place = true;
    REQUIRE(stand.assemble(false, {b.graph}, {{state("x", "next")}}) == ACCEL_STATUS_OK);
    CHECK_FALSE(stand.variables[0].in_place);
    CHECK(stand.entries[0].application_ports == std::vector<uint32_t>{2});
}

TEST_CASE("an output of the application's may lie in place of an input, where all that reads it is done", "[assembly][state]")
{
    Stand stand;
    stand.first.in_place = true;
    REQUIRE(stand.assemble(false, {chain({A}, 8)}) == ACCEL_STATUS_OK);
    CHECK(stand.entries[0].ports[1].in_place_of == 0);
    CHECK(stand.entries[0].ports[1].variable == UINT32_MAX);
    stand.first.in_place = false;
    Stand plain;
    REQUIRE(plain.assemble(false, {chain({A}, 8)}) == ACCEL_STATUS_OK);
    CHECK(plain.entries[0].ports[1].in_place_of == UINT32_MAX);
}

TEST_CASE("G-12 entry points share a variable that is as large as the largest of their ports", "[assembly][state]")
{
    Stand stand;
    REQUIRE(stand.assemble(false, {chain({A}, 3), chain({A}, 8), chain({A}, 5)}, {{state("", "t0")}, {state("x", "")}, {state("x", "t0")}}) == ACCEL_STATUS_OK);
    REQUIRE(stand.variables.size() == 1);
    CHECK(stand.variables[0].layout.dims == std::vector<int64_t>{8});
    CHECK(stand.variables[0].layout.size_bytes == 32);
    // The first only writes and the second only reads it, so both do so where it lies.
    CHECK(stand.entries[0].values.empty());
    CHECK(stand.entries[1].values.empty());
    CHECK(stand.entries[0].ports[1].layout.dims == std::vector<int64_t>{3});
    CHECK(stand.entries[0].application_ports == std::vector<uint32_t>{0});
    CHECK(stand.entries[0].application_input_count == 1);
    CHECK(stand.entries[2].values.size() == 1);

    Graph wide = chain({A}, 8);
    wide.tensors[0].type = wide.tensors[1].type = ACCEL_TYPE_I32;
    Stand refused;
    CHECK(refused.assemble(false, {chain({A}, 8), wide}, {{state("x", "t0")}, {state("x", "t0")}}) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "G-12");
}
