// SPDX-License-Identifier: MIT
// Bodies of If, Loop and Scan, and of operators that nobody here knows.
#include "test_require.h"

using namespace accel::onnx::test;

namespace {

constexpr uint32_t kNone = ACCEL_OPERAND_NONE;

ModelText body_of(std::vector<std::string> nodes, std::vector<std::string> inputs, const std::vector<std::string> &outputs)
{
    ModelText text;
    text.nodes = std::move(nodes);
    text.inputs = std::move(inputs);
    for (const std::string &output : outputs) {
        text.outputs.push_back(named(output));
    }
    return text;
}

ModelText of_node(const std::string &node)
{
    ModelText text;
    text.inputs = {value_info("x", kFloat, {2, 3}), value_info("c", kBool, {}), value_info("m", kInt64, {})};
    text.outputs = {named("y")};
    text.nodes = {node};
    return text;
}

bool is(const accel_region_port &port, uint32_t kind, uint32_t operand, uint32_t result, int64_t axis = 0, uint32_t reversed = 0)
{
    INFO("kind " << port.kind << " operand " << port.operand << " result " << port.result << " axis " << port.axis << " reversed " << port.reversed);
    return port.kind == kind && port.operand == operand && port.result == result && port.axis == axis && port.reversed == reversed;
}

/// x carried through Add with what is taken from around; gathered: the sum of each turn.
ModelText adding_body()
{
    return body_of({node({"Identity", {"go"}, {"still"}, {}}), node({"Add", {"v", "taken"}, {"s"}, {}}), node({"Mul", {"s", "k"}, {"g"}, {}})},
                   {value_info("i", kInt64, {}), value_info("go", kBool, {}), value_info("v", kFloat, {2, 3})}, {"still", "s", "g"});
}

}  // namespace

TEST_CASE("G-14 bodies of If are regions that take what they read", "[onnx][regions]")
{
    ModelText text = of_node(node({"If", {"c"}, {"y"}, {attr_graph("then_branch", body_of({node({"Add", {"x", "w"}, {"t"}, {}})}, {}, {"t"})), attr_graph("else_branch", body_of({}, {}, {"x"}))}}));
    text.initializers = {floats_tensor("w", {3}, {1, 2, 3})};
    const Imported model_(model(text));
    require_good(model_);
    const accel_node_desc &kept = model_.node(0);
    REQUIRE(kept.region_count == 2);
    REQUIRE(kept.attribute_count == 2);
    CHECK(kept.attributes[1].kind == ACCEL_ATTRIBUTE_KIND_GRAPH);
    CHECK(*static_cast<const uint32_t *>(kept.attributes[1].values) == 1);
    const accel_region &then_ = *kept.regions[0], &else_ = *kept.regions[1];
    CHECK(then_.role == ACCEL_REGION_ROLE_THEN);
    CHECK(else_.role == ACCEL_REGION_ROLE_ELSE);
    CHECK(is(then_.outputs[0], ACCEL_REGION_PORT_KIND_VALUE, kNone, 0));
    // The constant stands in the body's own table, so x alone is taken.
    REQUIRE(then_.capture_count == 1);
    CHECK(then_.captures[0].outer == model_.graph().inputs[0]);
    REQUIRE(then_.graph->node_count == 1);
    CHECK(then_.graph->nodes[0].operation == ACCEL_OPERATION_ADD);
    CHECK(then_.graph->tensors[then_.graph->nodes[0].inputs[1]].data != nullptr);
    REQUIRE(else_.capture_count == 1);
    CHECK(else_.graph->outputs[0] == else_.captures[0].inner);
    CHECK(then_.graph->symbols == model_.graph().symbols);
}

TEST_CASE("G-14 a Loop says what each port of its body is", "[onnx][regions]")
{
    ModelText text = of_node(node({"Loop", {"m", "c", "x"}, {"last", "y"}, {attr_graph("body", adding_body())}}));
    text.nodes.insert(text.nodes.begin(), node({"Relu", {"x"}, {"taken"}, {}}));
    text.initializers = {scalar_tensor("k", 2)};
    const Imported model_(model(text));
    require_good(model_);
    const accel_region &body = *model_.node(1).regions[0];
    CHECK(body.role == ACCEL_REGION_ROLE_BODY);
    CHECK(is(body.inputs[0], ACCEL_REGION_PORT_KIND_ITERATION, 0, kNone));
    CHECK(is(body.inputs[1], ACCEL_REGION_PORT_KIND_CONDITION, 1, kNone));
    CHECK(is(body.inputs[2], ACCEL_REGION_PORT_KIND_CARRIED, 2, kNone));
    CHECK(is(body.outputs[0], ACCEL_REGION_PORT_KIND_CONDITION, 1, kNone));
    CHECK(is(body.outputs[1], ACCEL_REGION_PORT_KIND_CARRIED, 2, 0));
    CHECK(is(body.outputs[2], ACCEL_REGION_PORT_KIND_SCANNED, kNone, 1));
    REQUIRE(body.capture_count == 1);
    CHECK(body.captures[0].outer == model_.node(0).outputs[0]);

    text.nodes[1] = node({"Loop", {"", "", "x"}, {"last", "y"}, {attr_graph("body", adding_body())}});
    const Imported endless(model(text));
    require_good(endless);
    CHECK(is(endless.node(1).regions[0]->inputs[0], ACCEL_REGION_PORT_KIND_ITERATION, kNone, kNone));
    CHECK(is(endless.node(1).regions[0]->outputs[0], ACCEL_REGION_PORT_KIND_CONDITION, kNone, kNone));

    // A body that does not fit its node is kept, and nothing is said of its ports.
    text.nodes[1] = node({"Loop", {"m", "c", "x"}, {"y"}, {attr_graph("body", adding_body())}});
    const Imported odd(model(text));
    require_good(odd);
    CHECK(odd.node(1).regions[0]->role == ACCEL_REGION_ROLE_CUSTOM);
    CHECK(odd.node(1).regions[0]->inputs == nullptr);
}

TEST_CASE("G-14 a Scan has axes and directions", "[onnx][regions]")
{
    const ModelText body = body_of({node({"Add", {"v", "row"}, {"s"}, {}}), node({"Relu", {"s"}, {"g"}, {}})}, {value_info("v", kFloat, {2}), value_info("row", kFloat, {2})}, {"s", "g"});
    ModelText text = of_node(node({"Scan", {"start", "x"}, {"last", "y"}, {attr_graph("body", body), attr_int("num_scan_inputs", 1), attr_ints("scan_input_axes", {-1}), attr_ints("scan_input_directions", {1}), attr_ints("scan_output_axes", {-1})}}));
    text.inputs.push_back(value_info("start", kFloat, {2}));
    const Imported model_(model(text));
    require_good(model_);
    const accel_region &scan = *model_.node(0).regions[0];
    CHECK(scan.role == ACCEL_REGION_ROLE_BODY);
    CHECK(is(scan.inputs[0], ACCEL_REGION_PORT_KIND_CARRIED, 0, kNone));
    CHECK(is(scan.inputs[1], ACCEL_REGION_PORT_KIND_SCANNED, 1, kNone, 1, 1));
    CHECK(is(scan.outputs[0], ACCEL_REGION_PORT_KIND_CARRIED, 0, 0));
    CHECK(is(scan.outputs[1], ACCEL_REGION_PORT_KIND_SCANNED, kNone, 1, 1));
    // Before opset 9 there were batches.
    text.opset = 8;
    const Imported batches(model(text));
    require_good(batches);
    CHECK(batches.node(0).regions[0]->role == ACCEL_REGION_ROLE_CUSTOM);
}

TEST_CASE("G-14 bodies in bodies take what they read from their parent", "[onnx][regions]")
{
    const ModelText inner = body_of({node({"Add", {"x", "twice"}, {"z"}, {}})}, {}, {"z"});
    const ModelText outer = body_of({node({"Add", {"x", "x"}, {"twice"}, {}}), node({"If", {"c"}, {"t"}, {attr_graph("then_branch", inner), attr_graph("else_branch", inner)}})}, {}, {"t"});
    const Imported model_(model(of_node(node({"If", {"c"}, {"y"}, {attr_graph("then_branch", outer), attr_graph("else_branch", outer)}}))));
    require_good(model_);
    const accel_region &parent = *model_.node(0).regions[1];
    CHECK(parent.capture_count == 2);  // x for itself and its child, and c
    REQUIRE(parent.graph->node_count == 2);
    const accel_region &child = *parent.graph->nodes[1].regions[0];
    REQUIRE(child.capture_count == 2);
    for (uint32_t i = 0; i < 2; ++i) {
        CHECK(child.captures[i].outer < parent.graph->tensor_count);
    }
    CHECK(child.graph->symbols == model_.graph().symbols);
}

TEST_CASE("G-14 sizes inside of bodies are their own, and none that is given", "[onnx][regions]")
{
    ModelText body = adding_body();
    body.inputs[2] = value_info("v", kFloat, {"N", 3});
    ModelText text = of_node(node({"Loop", {"m", "c", "x"}, {"last", "y"}, {attr_graph("body", body)}}));
    text.inputs[0] = value_info("x", kFloat, {"N", 3});
    text.nodes.insert(text.nodes.begin(), node({"Relu", {"x"}, {"taken"}, {}}));
    text.initializers = {scalar_tensor("k", 2)};
    const Imported model_(model(text));
    require_good(model_);
    const accel_graph_desc &inside = *model_.node(1).regions[0]->graph;
    const uint32_t outer = model_.graph().tensors[model_.graph().inputs[0]].dims[0].symbol, inner = inside.tensors[inside.inputs[2]].dims[0].symbol;
    CHECK(model_.graph().symbols[outer].kind == ACCEL_SYMBOL_KIND_FREE);
    CHECK(model_.graph().symbols[inner].kind == ACCEL_SYMBOL_KIND_DATA);
    CHECK(inside.tensors[model_.node(1).regions[0]->captures[0].inner].dims[0].symbol == outer);
}

TEST_CASE("G-14 bodies of operators that nobody knows are kept, and damaged ones found", "[onnx][regions]")
{
    const auto frobnicate = [](const ModelText &body) { return model(of_node(node({"Frobnicate", {"x"}, {"y"}, {attr_graph("body", body), attr_graph("more", {})}}))); };
    const Imported model_(frobnicate(adding_body()));
    CHECK(model_.status == ACCEL_STATUS_CORRUPT);  // `taken` and `k` come from nowhere
    CHECK(model_.says("input 'taken' is made by nothing before it"));
    const Imported kept(frobnicate(body_of({node({"Relu", {"x"}, {"r"}, {}})}, {value_info("never read", kFloat, {2})}, {"r"})));
    require_good(kept);
    REQUIRE(kept.node(0).region_count == 2);
    CHECK(kept.node(0).regions[0]->role == ACCEL_REGION_ROLE_CUSTOM);
    CHECK(kept.node(0).regions[0]->graph->input_count == 1);
    CHECK(kept.node(0).regions[1]->graph->output_count == 0);
    CHECK(Imported(frobnicate(body_of({node({"Relu", {"x"}, {"r"}, {}}), node({"Relu", {"r"}, {"r"}, {}})}, {}, {"r"}))).status == ACCEL_STATUS_CORRUPT);
    const Imported twice(frobnicate(body_of({node({"Relu", {"x"}, {"r"}, {}})}, {}, {"r", "r"})));
    require_good(twice);
    CHECK(twice.keeps("its attribute 'body' is not kept: its output 'r' is there twice"));
}
