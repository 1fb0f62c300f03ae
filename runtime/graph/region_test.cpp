// SPDX-License-Identifier: MIT
// Regions and what they take from around them: rules, copies, and what passes of the compiler owe them.
#include <catch2/catch_test_macros.hpp>

#include <functional>

#include "base/error.h"
#include "compiler/partition.h"
#include "compiler/prepare.h"
#include "compiler/reasons.h"
#include "compiler/rewrite.h"
#include "compiler/settle_regions.h"
#include "compiler/subgraph.h"
#include "compiler/symbols.h"
#include "compiler/testing/builder.h"
#include "compiler/testing/fake_compiler.h"
#include "graph_check.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::FakeCompiler;

namespace {

constexpr uint32_t kNone = ACCEL_OPERAND_NONE;

/// A loop over x: turns, go on?, and x carried; RELU(x) is taken from around it, and a slice is put out each time.
struct Loop {
    Builder outer, inner;
    uint32_t x = outer.input("x", ACCEL_TYPE_F32, {2, 3}), count = outer.input("count", ACCEL_TYPE_I64, {}), go = outer.input("go", ACCEL_TYPE_BOOL, {});
    uint32_t taken = outer.tensor("taken", ACCEL_TYPE_F32, {2, 3}), last = outer.tensor("last", ACCEL_TYPE_F32, {2, 3}), all = outer.tensor("all", ACCEL_TYPE_F32, {4, 2, 3});
    uint32_t turn = inner.input("turn", ACCEL_TYPE_I64, {}), on = inner.input("on", ACCEL_TYPE_BOOL, {}), value = inner.input("value", ACCEL_TYPE_F32, {2, 3});
    uint32_t captured = inner.tensor("captured", ACCEL_TYPE_F32, {2, 3}), sum = inner.tensor("sum", ACCEL_TYPE_F32, {2, 3}), twice = inner.tensor("twice", ACCEL_TYPE_F32, {2, 3});
    uint32_t still = inner.tensor("still", ACCEL_TYPE_BOOL, {});
    Region body;

    Loop()
    {
        outer.node("relu", ACCEL_OPERATION_RELU, {x}, {taken});
        inner.node("keep", ACCEL_OPERATION_IDENTITY, {on}, {still});
        inner.node("add", ACCEL_OPERATION_ADD, {value, captured}, {sum});
        inner.node("double", ACCEL_OPERATION_ADD, {sum, sum}, {twice});
        inner.graph.outputs = {still, sum, twice};
        body.role = ACCEL_REGION_ROLE_BODY;
        body.captures = {{taken, captured}};
        body.inputs = {{ACCEL_REGION_PORT_KIND_ITERATION, 0, kNone, 0, 0}, {ACCEL_REGION_PORT_KIND_CONDITION, 1, kNone, 0, 0}, {ACCEL_REGION_PORT_KIND_CARRIED, 2, kNone, 0, 0}};
        body.outputs = {{ACCEL_REGION_PORT_KIND_CONDITION, 1, kNone, 0, 0}, {ACCEL_REGION_PORT_KIND_CARRIED, 2, 0, 0, 0}, {ACCEL_REGION_PORT_KIND_SCANNED, kNone, 1, 0, 0}};
    }

    Graph make() const
    {
        Graph graph = outer.graph;
        Node node;
        node.name = "loop";
        node.operation = ACCEL_OPERATION_CUSTOM;
        node.custom_name = "Loop";
        node.inputs = {count, go, x};
        node.outputs = {last, all};
        node.regions = {body};
        node.regions[0].graph = std::make_shared<const Graph>(inner.graph);
        graph.nodes.push_back(node);
        graph.outputs = {last, all};
        return graph;
    }
};

/// The first rule that a description breaks, and the sentence.
std::string broken(const Graph &graph)
{
    const GraphDesc desc(graph);
    accel_status status = check_structure(desc.get());
    if (status == ACCEL_STATUS_OK) status = check_rules(copy_graph(desc.get()));
    return status == ACCEL_STATUS_OK ? "" : std::string(accel_last_error()->rule) + " " + accel_last_error()->message;
}

std::string broken(const std::function<void(Loop &)> &edit)
{
    Loop loop;
    edit(loop);
    return broken(loop.make());
}

bool has(const std::string &text, const char *part)
{
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("G-20 a loop is described and copied with its body", "[graph]")
{
    const Graph graph = Loop().make();
    CHECK(broken(graph) == "");
    const GraphDesc desc(graph);
    const Graph copy = copy_graph(desc.get());
    const Region &region = copy.nodes[1].regions.at(0);
    CHECK(region.role == ACCEL_REGION_ROLE_BODY);
    REQUIRE(region.captures.size() == 1);
    CHECK(region.captures[0].outer == 3);
    CHECK(region.inputs.size() == 3);
    CHECK(region.outputs[2].kind == ACCEL_REGION_PORT_KIND_SCANNED);
    CHECK(region.graph->nodes.size() == 3);
    const GraphDesc again(copy);
    CHECK(again.get().nodes[1].regions[0]->graph->symbols == again.get().symbols);
}

TEST_CASE("G-20 captures are values of the graph around, once, and as what they are", "[graph]")
{
    has(broken([](Loop &l) { l.body.captures[0].outer = 99; }), "G-1 node 'loop': region 0 captures tensor 99");
    has(broken([](Loop &l) { l.body.captures[0].inner = 99; }), "G-1 node 'loop': region 0 captures tensor 3 as 99");
    has(broken([](Loop &l) { l.body.captures[0].outer = l.outer.constant<float>("c", ACCEL_TYPE_F32, {2, 3}, std::vector<float>(6)); }), "G-20 node 'loop' (Loop): region 0 '' takes tensor 'c' from around it, which is a constant");
    has(broken([](Loop &l) { l.inner.graph.tensors[l.captured].type = ACCEL_TYPE_I8; }), "G-20");
    has(broken([](Loop &l) { l.body.captures[0].outer = l.last; }), "G-2 node 'loop' (Loop) reads tensor 'last', which no earlier node makes");
    has(broken([](Loop &l) { l.body.captures.push_back({l.x, l.captured}); }), "G-20 node 'loop' (Loop): region 0 '' has two sources of tensor 'captured'");
    has(broken([](Loop &l) { l.body.captures.push_back({l.x, l.value}); }), "captures tensor 'value', which is an input of it");
    has(broken([](Loop &l) { l.body.captures.push_back({l.x, l.sum}); }), "G-2");
    has(broken([](Loop &l) { l.body.captures.clear(); }), "G-2 node 'add' (Add) reads tensor 'captured', which no earlier node makes");
}

TEST_CASE("G-20 every input and output of a region says what it is connected to", "[graph]")
{
    const auto in = [](size_t at, auto edit) { return broken([&](Loop &l) { edit(l.body.inputs[at]); }); };
    const auto out = [](size_t at, auto edit) { return broken([&](Loop &l) { edit(l.body.outputs[at]); }); };
    has(broken([](Loop &l) { l.body.role = 0; }), "G-20 node 'loop': region 0 has role 0");
    has(broken([](Loop &l) { l.body.role = 7; }), "G-20 node 'loop': region 0 has role 7");
    has(broken([](Loop &l) { l.body.role = ACCEL_REGION_ROLE_THEN; }), "which is for loops and scans");
    has(in(0, [](auto &port) { port.kind = 0; }), "has input 'turn' of kind 0");
    has(in(0, [](auto &port) { port.kind = 6; }), "has input 'turn' of kind 6");
    has(in(0, [](auto &port) { port.operand = 3; }), "G-1 node 'loop': region 0 inputs 0 is connected to operand 3, the node has 3");
    has(in(0, [](auto &port) { port.result = 0; }), "has input 'turn' that names a result");
    has(in(2, [](auto &port) { port.kind = ACCEL_REGION_PORT_KIND_ITERATION; }), "has input 'value', which is not one i64");
    has(in(2, [](auto &port) { port.kind = ACCEL_REGION_PORT_KIND_CONDITION; }), "has input 'value', which is not one bool");
    has(in(2, [](auto &port) { port.operand = kNone; }), "has input 'value' without an operand");
    has(in(2, [](auto &port) { port.operand = 0; }), "has no input that carries operand 2");
    has(in(2, [](auto &port) { port.reversed = 1; }), "whose reversed is 1");
    has(in(2, [](auto &port) { port.axis = 1; }), "whose axis is 1");
    has(out(2, [](auto &port) { port.axis = -1; }), "whose axis is -1");
    has(out(2, [](auto &port) { port.result = kNone; }), "has output 'twice' without a result");
    has(out(2, [](auto &port) { port.result = 2; }), "G-1 node 'loop': region 0 outputs 2 is connected to result 2, the node has 2");
    has(out(2, [](auto &port) { port.result = 0; }), "has two outputs for result 0");
    has(out(2, [](auto &port) { port.operand = 2; }), "that names an operand");
    has(out(2, [](auto &port) { port.kind = ACCEL_REGION_PORT_KIND_ITERATION; }), "of kind ITERATION, which is for inputs");
    has(out(1, [](auto &port) { port = {ACCEL_REGION_PORT_KIND_VALUE, kNone, 0, 0, 0}; }), "has no output that carries operand 2");
    has(out(0, [](auto &port) { port.result = 0; }), "a condition that is a result");
}

TEST_CASE("G-20 a region shares the tables of the outermost graph, and G-6 is of a node that may have it", "[graph]")
{
    Loop loop;
    loop.outer.graph.symbols.push_back({"n", 1, 8});
    const Graph graph = loop.make();
    const GraphDesc good(graph);
    CHECK(check_structure(good.get()) == ACCEL_STATUS_OK);
    accel_region region = *good.get().nodes[1].regions[0];
    accel_graph_desc inside = *region.graph;
    const accel_symbol other = *inside.symbols;
    inside.symbols = &other;
    region.graph = &inside;
    const accel_region *regions[] = {&region};
    std::vector<accel_node_desc> nodes(good.get().nodes, good.get().nodes + 2);
    nodes[1].regions = regions;
    accel_graph_desc desc = good.get();
    desc.nodes = nodes.data();
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "G-20");
    inside.symbols = good.get().symbols;
    CHECK(check_structure(desc) == ACCEL_STATUS_OK);
    accel_variable variable{};
    variable.name = "kept";
    variable.type = ACCEL_TYPE_F32;
    inside.variables = &variable;
    inside.variable_count = 1;
    inside.variable_size = sizeof variable;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "G-12");
    inside.variable_count = 0;
    CHECK(check_structure(desc) == ACCEL_STATUS_OK);
    region.struct_size = 8;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-1");
    regions[0] = nullptr;
    CHECK(check_structure(desc) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "G-1");
    Graph relu = graph;
    relu.nodes[0].regions = {{std::make_shared<const Graph>(), {}, {}, {}, ACCEL_REGION_ROLE_CUSTOM}};
    has(broken(relu), "G-6 node 'relu' (Relu) has regions");
}

TEST_CASE("G-11 regions are nested eight deep and no deeper", "[graph]")
{
    const auto nested = [](int depth) {
        auto graph = std::make_shared<Graph>();
        for (int i = 0; i < depth; ++i) {
            auto around = std::make_shared<Graph>();
            Node node;
            node.name = "n" + std::to_string(i);
            node.operation = ACCEL_OPERATION_CUSTOM;
            node.custom_name = "Nest";
            node.regions.push_back({graph, {}, {}, {}, ACCEL_REGION_ROLE_CUSTOM});
            around->nodes.push_back(node);
            graph = around;
        }
        return *graph;
    };
    CHECK(broken(nested(8)) == "");
    has(broken(nested(9)), "G-11 node 'n0': regions are nested deeper than 8");
}

TEST_CASE("G-11 a graph that many regions share counts for each of them", "[graph]")
{
    // Five graphs of one node with 30 regions: 30 to the power of 5 graphs once they are copied.
    constexpr int kDepth = 5;
    accel_graph_desc graphs[kDepth + 1]{};
    accel_node_desc nodes[kDepth]{};
    accel_region regions[kDepth]{};
    std::vector<const accel_region *> lists[kDepth];
    graphs[0].struct_size = sizeof graphs[0];
    for (int depth = 0; depth < kDepth; ++depth) {
        regions[depth].struct_size = sizeof regions[depth];
        regions[depth].graph = &graphs[depth];
        regions[depth].role = ACCEL_REGION_ROLE_CUSTOM;
        lists[depth].assign(30, &regions[depth]);
        nodes[depth].name = "fan";
        nodes[depth].custom_name = "Fan";
        nodes[depth].regions = lists[depth].data();
        nodes[depth].region_count = 30;
        graphs[depth + 1].struct_size = sizeof graphs[0];
        graphs[depth + 1].nodes = &nodes[depth];
        graphs[depth + 1].node_count = 1;
        graphs[depth + 1].node_size = sizeof nodes[0];
    }
    CHECK(check_structure(graphs[3]) == ACCEL_STATUS_OK);
    REQUIRE(check_structure(graphs[kDepth]) == ACCEL_STATUS_LIMIT);
    CHECK(std::string(accel_last_error()->rule) == "G-11");
    has(accel_last_error()->message, "node 'fan': with region 0 there are 4194305 nodes and tensors in regions, expected at most 4194304; a graph that several regions share counts for each");
}

TEST_CASE("what a region takes is needed, and comes into the part that is taken out", "[compiler]")
{
    Graph graph = Loop().make();
    sweep(graph);
    REQUIRE(graph.nodes.size() == 2);  // RELU is read by the body alone
    CHECK(readers(graph)[3] == std::vector<uint32_t>{1});
    const Subgraph part = extract(graph, {1});
    CHECK(part.graph.inputs.size() == 4);
    CHECK(part.graph.tensors[part.graph.nodes[0].regions[0].captures[0].outer].name == "taken");
    CHECK(check_inside(part.graph) == ACCEL_STATUS_OK);
    graph.tensors.insert(graph.tensors.begin() + 3, Tensor{});  // nothing refers to it, and the numbers behind it change
    for (Node &node : graph.nodes) {
        for_each_read(node, [](uint32_t &tensor) { tensor += tensor >= 3; });
        for (uint32_t &output : node.outputs) output += output >= 3;
    }
    for (uint32_t &output : graph.outputs) output += output >= 3;
    compact(graph);
    CHECK(graph.tensors[graph.nodes[1].regions[0].captures[0].outer].name == "taken");
}

TEST_CASE("sizes that are given are given inside of regions, too", "[compiler]")
{
    const auto open = [](uint32_t inner_symbol) {
        Loop loop;
        loop.outer.graph.symbols = {{"n", 1, 8}, {"m", 1, 8}};
        for (const uint32_t tensor : {loop.x, loop.taken, loop.last}) loop.outer.graph.tensors[tensor].shape[0] = Dim{-1, 0};
        loop.outer.graph.tensors[loop.all].shape[1] = Dim{-1, 0};
        for (const uint32_t tensor : {loop.value, loop.captured, loop.sum, loop.twice}) loop.inner.graph.tensors[tensor].shape[0] = Dim{-1, 0};
        loop.inner.graph.tensors[loop.twice].shape[0] = Dim{-1, inner_symbol};
        loop.inner.graph.outer_symbols = std::make_shared<const std::vector<Symbol>>(loop.outer.graph.symbols);
        return loop.make();
    };
    Graph graph = open(0);
    const accel_symbol_value n{"n", nullptr, 5};
    REQUIRE(specialise(graph, &n, 1) == ACCEL_STATUS_OK);
    for (const Tensor &tensor : graph.nodes[1].regions[0].graph->tensors) CHECK((tensor.shape.empty() || tensor.shape[0].size == 5));
    CHECK(check_inside(graph) == ACCEL_STATUS_OK);
    Graph wrong = open(1);
    const accel_symbol_value both[2] = {{"n", nullptr, 5}, {"m", nullptr, 6}};
    CHECK(specialise(wrong, both, 2) == ACCEL_STATUS_INVALID_ARGUMENT);
    has(accel_last_error()->message, "with the given symbols, node 'double' (Add): result 'twice' has shape [6,3], expected [5,3]");
}

TEST_CASE("what turns out to be a constant is one of the region's own", "[compiler]")
{
    Graph graph = Loop().make();
    const std::vector<float> values{1, 2, 3, 4, 5, 6};
    graph.tensors[3].data = values.data();
    graph.tensors[3].data_bytes = 24;
    graph.nodes.erase(graph.nodes.begin());
    settle_regions(graph);
    const Region &region = graph.nodes[0].regions[0];
    CHECK(region.captures.empty());
    CHECK(region.graph->tensors[3].data == values.data());
    CHECK(check_inside(graph) == ACCEL_STATUS_OK);
}

TEST_CASE("C-9 nodes with regions are shown to modules that claim them, and REGION refuses them for others", "[compiler]")
{
    const Graph graph = Loop().make();
    bool seen = false;
    FakeCompiler device(0, "npu", [&](const accel_graph_desc &shown, const accel_node_desc &node) {
        seen = seen || node.region_count != 0;
        if (node.region_count != 0) CHECK(node.regions[0]->captures[0].outer < shown.tensor_count);
        return 1u;
    });
    const auto answer = [&](uint32_t flags) {
        device.flags = flags;
        std::vector<accel_bk_support> answers;
        REQUIRE(ask(device.target(), graph, {}, &answers) == ACCEL_STATUS_OK);
        CHECK(answers[0].group == 1);
        return answers[1];
    };
    CHECK(answer(0).reason == ACCEL_REASON_OPERATION);
    CHECK(answer(ACCEL_BK_TARGET_FLAG_REGIONS).reason == ACCEL_REASON_OPERATION);
    const accel_bk_support refused = answer(ACCEL_BK_TARGET_FLAG_CUSTOM);
    CHECK(refused.reason == ACCEL_REASON_REGION);
    CHECK(refusal_text(graph, graph.nodes[1], refused) == "does not do what is in the 1 region of Loop");
    CHECK_FALSE(seen);
    CHECK(answer(ACCEL_BK_TARGET_FLAG_CUSTOM | ACCEL_BK_TARGET_FLAG_REGIONS).group == 1);
    CHECK(seen);
    // Nor does it see what is in a region and not in its list.
    Loop other;
    other.inner.graph.nodes[1].revision = 2;
    std::vector<accel_bk_support> answers;
    seen = false;
    REQUIRE(ask(device.target(), other.make(), {}, &answers) == ACCEL_STATUS_OK);
    CHECK(answers[1].reason == ACCEL_REASON_REGION);
    CHECK_FALSE(seen);
}
