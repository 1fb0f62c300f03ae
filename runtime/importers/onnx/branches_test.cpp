// SPDX-License-Identifier: MIT
// Branches: chosen while the model is read, or both of them regions; and what may be wrong with them.
#include "test_require.h"

#include <algorithm>

using namespace accel::onnx::test;

namespace {

ModelText body_of(std::vector<std::string> nodes, const std::vector<std::string> &outputs, std::vector<std::string> initializers = {})
{
    ModelText text;
    text.nodes = std::move(nodes);
    text.initializers = std::move(initializers);
    for (const std::string &output : outputs) {
        text.outputs.push_back(named(output));
    }
    return text;
}

std::string if_node(const std::string &condition, const std::vector<std::string> &outputs, const ModelText &then_branch, const ModelText &else_branch)
{
    return node({"If", {condition}, outputs, {attr_graph("then_branch", then_branch), attr_graph("else_branch", else_branch)}});
}

std::string bool_tensor(std::string_view name, bool value) { return raw_tensor(name, kBool, {}, std::string_view(value ? "\1" : "\0", 1)); }

/// x of 2 x 3, `c` is a condition that is given when the program runs.
ModelText of_nodes(std::vector<std::string> nodes)
{
    ModelText text;
    text.inputs = {value_info("x", kFloat, {2, 3}), value_info("c", kBool, {})};
    text.outputs = {named("y")};
    text.nodes = std::move(nodes);
    return text;
}

ModelText unary(const std::string &operation, const std::string &from = "x", const std::string &to = "t") { return body_of({node({operation, {from}, {to}, {}})}, {to}); }

const ModelText kUnknown = body_of({node({"Frobnicate", {"x"}, {"t"}, {}})}, {"t"});

/// So many Ifs, each in the then-branch of the one around it.
ModelText nested(int depth)
{
    ModelText text = unary("Relu");
    for (int i = 0; i < depth; ++i) {
        text = body_of({if_node("c", {"t"}, text, unary("Tanh"))}, {"t"});
    }
    return text;
}

/// Drops the last axis where that is 1: ranks 1 and 2.
std::vector<std::string> squeeze_nodes(const std::string &from, const std::string &to)
{
    return {node({"Shape", {from}, {to + ".shape"}, {}}), node({"Gather", {to + ".shape", "last"}, {to + ".size"}, {}}), node({"Equal", {to + ".size", "one"}, {to + ".is_one"}, {}}),
            if_node(to + ".is_one", {to}, body_of({node({"Squeeze", {from, "last"}, {"squeezed"}, {}})}, {"squeezed"}), unary("Identity", from, "kept"))};
}

const std::vector<std::string> kSqueezeConstants = {ints_tensor("last", {-1}), ints_tensor("one", {1})};

}  // namespace

TEST_CASE("G-14 a constant condition leaves one branch, and what is in the other is not looked at", "[onnx][branches]")
{
    for (const bool condition : {true, false}) {
        ModelText text = of_nodes({if_node("k", {"y"}, condition ? unary("Relu") : kUnknown, condition ? kUnknown : unary("Tanh"))});
        text.initializers = {bool_tensor("k", condition)};
        const Imported model_(model(text));
        require_good(model_);
        CHECK_FALSE(model_.keeps_any());
        CHECK(model_.operations() == std::vector<uint32_t>{condition ? ACCEL_OPERATION_RELU : ACCEL_OPERATION_TANH, ACCEL_OPERATION_IDENTITY});
        CHECK(std::string(model_.output().name) == "y");
    }
}

TEST_CASE("G-14 branches that were taken have names of their own", "[onnx][branches]")
{
    // Both name their value t, and so does the graph around the second.
    ModelText text = of_nodes({if_node("k", {"a"}, unary("Relu"), kUnknown), if_node("k", {"b"}, unary("Tanh", "a"), kUnknown), node({"Exp", {"b"}, {"t"}, {}}), node({"Identity", {"t"}, {"y"}, {}})});
    text.initializers = {bool_tensor("k", true)};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RELU, ACCEL_OPERATION_TANH, ACCEL_OPERATION_EXP, ACCEL_OPERATION_IDENTITY});
    // What a branch named is not seen behind it.
    text.nodes = {if_node("k", {"a"}, unary("Relu"), kUnknown), node({"Add", {"a", "t"}, {"y"}, {}})};
    CHECK(Imported(model(text)).status == ACCEL_STATUS_CORRUPT);
}

TEST_CASE("G-14 conditions that follow from sizes are known", "[onnx][branches]")
{
    const std::vector<std::string> sized = {node({"Shape", {"x"}, {"s"}, {}}), node({"Gather", {"s", "at"}, {"n"}, {}})};
    const auto operations = [&](const NodeText &compare, const std::vector<DimText> &x) {
        ModelText text = of_nodes(sized);
        text.inputs[0] = value_info("x", kFloat, x);
        text.nodes.push_back(node(compare));
        text.nodes.push_back(if_node(compare.outputs[0], {"y"}, unary("Relu"), unary("Tanh")));
        text.initializers = {ints_tensor("at", {1}), ints_tensor("three", {3}), ints_tensor("zero", {0})};
        const Imported model_(model(text));
        require_good(model_);
        const std::vector<uint32_t> all = model_.operations();
        const auto has = [&](uint32_t operation) { return std::find(all.begin(), all.end(), operation) != all.end(); };
        return has(ACCEL_OPERATION_IF) ? 2 : has(ACCEL_OPERATION_RELU) ? 1
                                                                       : 0;
    };
    CHECK(operations({"Equal", {"n", "three"}, {"k"}}, {2, 3}) == 1);
    CHECK(operations({"Equal", {"n", "three"}, {"k"}}, {2, 4}) == 0);
    CHECK(operations({"Equal", {"n", "three"}, {"k"}}, {2, "N"}) == 2);
    CHECK(operations({"Equal", {"n", "n"}, {"k"}}, {2, "N"}) == 1);
    CHECK(operations({"Equal", {"n", "zero"}, {"k"}}, {2, "N"}) == 0);  // a size that is given is at least 1
    CHECK(operations({"Less", {"zero", "n"}, {"k"}}, {2, "N"}) == 1);
    CHECK(operations({"Less", {"n", "three"}, {"k"}}, {2, "N"}) == 2);
    CHECK(operations({"Greater", {"n", "three"}, {"k"}}, {2, 4}) == 1);
    CHECK(operations({"GreaterOrEqual", {"n", "three"}, {"k"}}, {2, 3}) == 1);
    CHECK(operations({"LessOrEqual", {"n", "zero"}, {"k"}}, {2, "N"}) == 0);
    CHECK(operations({"Cast", {"n"}, {"k"}, {attr_int("to", kBool)}}, {2, "N"}) == 1);
}

TEST_CASE("G-14 logic on known conditions is known", "[onnx][branches]")
{
    const auto is_then = [](const NodeText &logic) {
        ModelText text = of_nodes({node(logic), if_node("k", {"y"}, unary("Relu"), unary("Tanh"))});
        text.initializers = {bool_tensor("yes", true), bool_tensor("no", false)};
        const Imported model_(model(text));
        require_good(model_);
        return model_.operations().front() == ACCEL_OPERATION_RELU;
    };
    CHECK(is_then({"Not", {"no"}, {"k"}}));
    CHECK_FALSE(is_then({"Not", {"yes"}, {"k"}}));
    CHECK_FALSE(is_then({"And", {"no", "yes"}, {"k"}}));
    CHECK(is_then({"Or", {"no", "yes"}, {"k"}}));
    CHECK_FALSE(is_then({"Xor", {"yes", "yes"}, {"k"}}));
    CHECK(is_then({"Equal", {"yes", "yes"}, {"k"}}));
}

TEST_CASE("G-14 a condition that is not known gives an IF with two regions", "[onnx][branches]")
{
    ModelText text = of_nodes({if_node("c", {"y"}, unary("Relu"), body_of({node({"Slice", {"x", "from", "to"}, {"t"}, {}})}, {"t"}, {ints_tensor("from", {0}), ints_tensor("to", {1})}))});
    const Imported model_(model(text));
    require_good(model_);
    const accel_node_desc &made = model_.node(0);
    CHECK(made.operation == ACCEL_OPERATION_IF);
    REQUIRE(made.region_count == 2);
    REQUIRE(made.attribute_count == 2);
    CHECK(made.attributes[0].key == ACCEL_ATTRIBUTE_THEN_BRANCH);
    CHECK(made.regions[*static_cast<const uint32_t *>(made.attributes[0].values)]->role == ACCEL_REGION_ROLE_THEN);
    CHECK(made.regions[*static_cast<const uint32_t *>(made.attributes[1].values)]->role == ACCEL_REGION_ROLE_ELSE);
    // 2 x 3 or 1 x 3: the first size is open.
    REQUIRE(model_.output().rank == 2);
    CHECK(model_.output().dims[0].symbol != ACCEL_SYMBOL_NONE);
    CHECK(model_.output().dims[1].size == 3);
}

TEST_CASE("G-14 results that nothing reads are made by no branch", "[onnx][branches]")
{
    const ModelText two = body_of({node({"Relu", {"x"}, {"t"}, {}}), node({"Frobnicate", {"x"}, {"u"}, {}})}, {"u", "t"});
    const Imported model_(model(of_nodes({if_node("c", {"unread", "y"}, two, two)})));
    require_good(model_);
    CHECK_FALSE(model_.keeps_any());
    CHECK(model_.node(0).output_count == 1);
    CHECK(model_.node(0).regions[0]->graph->node_count == 1);
}

TEST_CASE("G-14 where branches disagree on a rank, what is behind them goes into both", "[onnx][branches]")
{
    ModelText text = of_nodes(squeeze_nodes("x", "z"));
    text.inputs[0] = value_info("x", kFloat, {2, "N"});
    text.nodes.push_back(node({"Relu", {"z"}, {"r"}, {}}));
    text.nodes.push_back(node({"ReduceMax", {"r"}, {"y"}, {attr_int("keepdims", 0)}}));
    text.nodes.push_back(node({"Exp", {"x"}, {"w"}, {}}));
    text.outputs.push_back(named("w"));
    text.initializers = kSqueezeConstants;
    const Imported model_(model(text));
    require_good(model_);
    CHECK_FALSE(model_.keeps_any());
    const accel_node_desc &made = model_.node(model_.graph().node_count - 1);
    REQUIRE(made.operation == ACCEL_OPERATION_IF);
    for (uint32_t i = 0; i < 2; ++i) {
        const accel_graph_desc &inside = *made.regions[i]->graph;
        CHECK(std::any_of(inside.nodes, inside.nodes + inside.node_count, [](const accel_node_desc &node) { return node.operation == ACCEL_OPERATION_REDUCE_MAX; }));
    }
    CHECK(model_.output().rank == 0);
    CHECK(std::string(model_.output(1).name) == "w");

    // Known sizes leave nothing to decide.
    text.inputs[0] = value_info("x", kFloat, {2, 1});
    const Imported known(model(text));
    require_good(known);
    const std::vector<uint32_t> operations = known.operations();
    CHECK(std::find(operations.begin(), operations.end(), ACCEL_OPERATION_IF) == operations.end());
    CHECK(std::find(operations.begin(), operations.end(), ACCEL_OPERATION_RELU) != operations.end());
}

TEST_CASE("G-14 a rank that the graph's own result leaves open keeps the node as it is", "[onnx][branches]")
{
    ModelText text = of_nodes(squeeze_nodes("x", "y"));
    text.inputs[0] = value_info("x", kFloat, {2, "N"});
    text.initializers = kSqueezeConstants;
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.keeps("its branches make 'y' of different types or ranks"));
}

TEST_CASE("G-14 a branch that contradicts itself is damage only where it is taken", "[onnx][branches]")
{
    const ModelText impossible = body_of({node({"Transpose", {"x"}, {"t"}, {attr_ints("perm", {0, 1, 2, 3})}})}, {"t"});
    const Imported model_(model(of_nodes({if_node("c", {"y"}, impossible, unary("Relu"))})));
    require_good(model_);
    CHECK(model_.node(0).operation == ACCEL_OPERATION_IF);
    ModelText text = of_nodes({if_node("k", {"y"}, impossible, unary("Relu"))});
    text.initializers = {bool_tensor("k", true)};
    CHECK(Imported(model(text)).status == ACCEL_STATUS_CORRUPT);
    text.initializers = {bool_tensor("k", false)};
    require_good(Imported(model(text)));
}

TEST_CASE("G-14 branches are nested as deep as regions are, and no deeper", "[onnx][branches]")
{
    const auto import = [](int depth) {
        ModelText text = nested(depth);
        text.inputs = {value_info("x", kFloat, {2, 3}), value_info("c", kBool, {})};
        return model(text);
    };
    const Imported deepest(import(8));
    require_good(deepest);
    CHECK(deepest.node(0).operation == ACCEL_OPERATION_IF);
    const Imported deeper(import(9));
    CHECK(deeper.status == ACCEL_STATUS_UNSUPPORTED);
    CHECK(deeper.says("nested more than 8 deep"));
}

TEST_CASE("G-14 what is wrong with a branch is said", "[onnx][branches]")
{
    const auto import = [](const ModelText &then_branch, const ModelText &else_branch, std::vector<std::string> outputs = {"y"}) {
        return model(of_nodes({if_node("c", outputs, then_branch, else_branch)}));
    };
    const Imported nowhere(import(unary("Relu", "nowhere"), unary("Relu")));
    CHECK(nowhere.status == ACCEL_STATUS_CORRUPT);
    CHECK(nowhere.says("'nowhere'"));
    CHECK(Imported(import(kUnknown, body_of({node({"Frobnicate", {"nowhere"}, {"t"}, {}})}, {"t"}))).status == ACCEL_STATUS_CORRUPT);
    CHECK(Imported(import(body_of({node({"Relu", {"b"}, {"a"}, {}}), node({"Relu", {"a"}, {"b"}, {}})}, {"a"}), unary("Relu"))).status == ACCEL_STATUS_CORRUPT);
    require_refused(Imported(import(body_of({}, {"x", "x"}), unary("Relu"))), ACCEL_STATUS_UNSUPPORTED, "its then_branch makes 2 results, the node has 1");
    ModelText with_input = unary("Relu");
    with_input.inputs = {value_info("i", kFloat, {1})};
    require_refused(Imported(import(unary("Relu"), with_input)), ACCEL_STATUS_UNSUPPORTED, "its else_branch has 1 inputs, expected is none");
    CHECK(Imported(model(of_nodes({node({"If", {"c"}, {"y"}, {attr_graph("then_branch", unary("Relu"))}})}))).status == ACCEL_STATUS_CORRUPT);
    ModelText text = of_nodes({if_node("two", {"y"}, unary("Relu"), unary("Relu"))});
    text.initializers = {raw_tensor("two", kBool, {2}, std::string_view("\1\1", 2))};
    CHECK(Imported(model(text)).status == ACCEL_STATUS_CORRUPT);
}

TEST_CASE("G-14 branches that double what is behind them end within their budget", "[onnx][branches]")
{
    // Each of them would double the rest: 2^14 copies of it.
    ModelText text = of_nodes({});
    text.inputs = {value_info("x", kFloat, {2, "N"}), value_info("c", kBool, {})};
    std::string from = "x";
    for (int i = 0; i < 14; ++i) {
        const std::string to = "z" + std::to_string(i);
        const std::vector<std::string> nodes = {if_node("c", {to}, body_of({node({"Reshape", {from, "three"}, {"t"}, {}})}, {"t"}), body_of({node({"Reshape", {from, "flat"}, {"t"}, {}})}, {"t"}))};
        text.nodes.insert(text.nodes.end(), nodes.begin(), nodes.end());
        from = to;
    }
    text.nodes.push_back(node({"ReduceMax", {from}, {"y"}, {attr_int("keepdims", 0)}}));
    text.initializers = {ints_tensor("three", {-1, 1, 1}), ints_tensor("flat", {-1})};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.keeps_any());
}

TEST_CASE("G-14 quantisation crosses into branches and out of them", "[onnx][branches]")
{
    ModelText text = of_nodes({node({"QuantizeLinear", {"x", "scale", "zero"}, {"q"}, {}}), "", node({"DequantizeLinear", {"r", "scale", "zero"}, {"y"}, {}})});
    text.nodes[1] = if_node("c", {"r"}, unary("Identity", "q"), body_of({node({"Transpose", {"q"}, {"u"}, {}}), node({"Transpose", {"u"}, {"t"}, {}})}, {"t"}));
    text.initializers = {scalar_tensor("scale", 0.5f), raw_tensor("zero", kInt8, {}, std::string_view("\3", 1))};
    const Imported model_(model(text));
    require_good(model_);
    CHECK_FALSE(model_.keeps_any());
    const accel_region &branch = *model_.node(1).regions[1];
    REQUIRE(branch.capture_count == 1);
    CHECK(branch.graph->tensors[branch.captures[0].inner].quantization != nullptr);
}
