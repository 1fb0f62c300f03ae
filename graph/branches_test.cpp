// SPDX-License-Identifier: MIT
// What an operation with two branches makes, as it is described, owned and flat.
#include <catch2/catch_test_macros.hpp>

#include <accel/graph/description.h>
#include <accel/graph/rules.h>
#include <accel/graph/view.h>

#include "flat/sample.h"

using namespace accel::graph;

namespace {

/// The shapes of the results, or the sentence that refuses them, asked on the description; the owned graph says the same.
std::string shapes(const BranchSample &sample)
{
    const auto told = [](const std::optional<ResultShapes> &made, const Contradiction &why) {
        if (!made) return why.sentence;
        std::string out;
        for (const auto &shape : *made) out += shape ? text(Symbols(), *shape) : "?";
        return out;
    };
    const View view(sample.graph);
    Contradiction why;
    const std::string described = told(infer_shapes(NodeView(view, view.node(0)).get(), &why), why);
    const Graph owned = copy_graph(sample.graph);
    Contradiction of_owned;
    CHECK(told(infer_shapes(owned, owned.nodes[0], &of_owned), of_owned) == described);
    return described;
}

}  // namespace

TEST_CASE("a choice makes what both of its branches make", "[rules][branches]")
{
    CHECK(shapes(BranchSample()) == "[2,3]");
    BranchSample sample;
    const accel_dim other[2] = {{2, ACCEL_SYMBOL_NONE, 0}, {4, ACCEL_SYMBOL_NONE, 0}};
    sample.root_tensors[1].dims = other;
    CHECK(shapes(sample) == "[2,?]");
    sample.root_tensors[1].rank = ACCEL_RANK_UNKNOWN;
    CHECK(shapes(sample) == "?");
}

TEST_CASE("branches that do not fit their node are refused by a sentence", "[rules][branches]")
{
    const auto edited = [](auto edit) {
        BranchSample sample;
        edit(sample);
        return shapes(sample);
    };
    CHECK(edited([](auto &s) { s.nodes[0].region_count = 1; }) == "it has 1 regions, expected 2");
    CHECK(edited([](auto &s) { s.nodes[0].attribute_count = 1; }) == "its else_branch is missing");
    CHECK(edited([](auto &s) { s.attributes[0].values = s.two; }) == "its then_branch is region 2, the node has 2");
    CHECK(edited([](auto &s) { s.attributes[0].values = s.one; }) == "its then_branch has role 3, expected 2");
    CHECK(edited([](auto &s) { s.else_region.role = ACCEL_REGION_ROLE_BODY; }) == "its else_branch has role 1, expected 3");
    CHECK(edited([](auto &s) { s.same.output_count = 0; }) == "its else_branch makes 0 results, the node has 1");
    CHECK(edited([](auto &s) { s.outputs[0].result = 1; }) == "its then_branch does not make each result once");
    CHECK(edited([](auto &s) { s.outputs[0].kind = ACCEL_REGION_PORT_KIND_SCANNED; }) == "its then_branch does not make each result once");
    CHECK(edited([](auto &s) { s.root_tensors[1].type = ACCEL_TYPE_F16; }) == "its then_branch makes result 0 of another type or rank");
    CHECK(edited([](auto &s) { s.same_tensors[0].rank = 1; }) == "its else_branch makes result 0 of another type or rank");
    CHECK(edited([](auto &s) {
              s.tensors[0].rank = 1;
              s.tensors[0].dims = s.x_dims;
          }) == "operand 'c' has shape [2], expected is one condition");
    CHECK(edited([](auto &s) {
              s.same.inputs = s.zero;
              s.same.input_count = 1;
              s.else_region.inputs = s.outputs;
              s.else_region.captures = nullptr;
              s.else_region.capture_count = 0;
          }) == "its else_branch has 1 inputs, expected none");
}

TEST_CASE("branches survive being owned and flat", "[graph][branches]")
{
    const BranchSample sample;
    const std::vector<uint8_t> bytes = flatten(sample.graph);
    std::string error;
    const auto read = FlatGraph::parse(bytes.data(), bytes.size(), nullptr, 0, &error);
    INFO(error);
    REQUIRE(read);
    CHECK(flatten(read->desc()) == bytes);
    CHECK(flatten(GraphDesc(copy_graph(read->desc())).get()) == bytes);
    const accel_node_desc &node = View(read->desc()).node(0);
    CHECK(node.regions[1]->role == ACCEL_REGION_ROLE_ELSE);
    CHECK(node.regions[0]->graph->node_count == 1);
}
