// SPDX-License-Identifier: MIT
// Functions that models define: their nodes stand in the place of calls.
#include "test_require.h"

using namespace accel::onnx::test;

namespace {

/// y = one node of domain "local" on x of 2 x 3.
ModelText calling(NodeText call, std::vector<std::string> functions)
{
    call.domain = "local";
    if (call.outputs.empty()) {
        call.outputs = {"y"};
    }
    ModelText text;
    text.inputs = {value_info("x", kFloat, {2, 3}), value_info("c", kBool, {})};
    text.outputs = {named("y")};
    text.nodes = {node(call)};
    text.more_opsets = {{"local", 1}};
    text.functions = std::move(functions);
    return text;
}

std::string local(const std::string &operation, std::vector<std::string> inputs, std::vector<std::string> outputs, std::vector<Attr> attributes = {})
{
    return node({operation, std::move(inputs), std::move(outputs), std::move(attributes), {}, "local"});
}

/// o = relu(a) + b
FunctionText sum_of_relu() { return {"SumOfRelu", {"a", "b"}, {"o"}, {node({"Relu", {"a"}, {"t"}, {}}), node({"Add", {"t", "b"}, {"o"}, {}})}}; }

}  // namespace

TEST_CASE("G-14 a call becomes the nodes of its function", "[onnx][functions]")
{
    const Imported model_(model(calling({"SumOfRelu", {"x", "x"}}, {function(sum_of_relu())})));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RELU, ACCEL_OPERATION_ADD, ACCEL_OPERATION_IDENTITY});
    CHECK(std::string(model_.output().name) == "y");
    CHECK(model_.node(1).inputs[1] == model_.graph().inputs[0]);
}

TEST_CASE("G-14 calls of calls have names of their own, and see nothing of what is around them", "[onnx][functions]")
{
    const FunctionText twice{"Twice", {"a"}, {"o"}, {local("SumOfRelu", {"a", "a"}, {"t"}), local("SumOfRelu", {"t", "a"}, {"o"})}};
    ModelText text = calling({"Twice", {"x"}}, {function(twice), function(sum_of_relu())});
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RELU, ACCEL_OPERATION_ADD, ACCEL_OPERATION_RELU, ACCEL_OPERATION_ADD, ACCEL_OPERATION_IDENTITY});
    // x is the graph's, and none of the function's.
    const FunctionText reaching{"Reaching", {"a"}, {"o"}, {node({"Add", {"a", "x"}, {"o"}, {}})}};
    CHECK(Imported(model(calling({"Reaching", {"x"}}, {function(reaching)}))).status == ACCEL_STATUS_CORRUPT);
}

TEST_CASE("G-14 attributes of a function's nodes refer to those of the call", "[onnx][functions]")
{
    constexpr int32_t kReal = 1;
    FunctionText leaky{"Leaky", {"a"}, {"o"}, {node({"LeakyRelu", {"a"}, {"o"}, {attr_reference("alpha", "slope", kReal)}})}, {"slope"}};
    const auto alpha = [](const FunctionText &text, std::vector<Attr> attributes) {
        const Imported model_(model(calling({"Leaky", {"x"}, {}, std::move(attributes)}, {function(text)})));
        require_good(model_);
        REQUIRE(model_.node(0).operation == ACCEL_OPERATION_LEAKY_RELU);
        return model_.floats(0, ACCEL_ATTRIBUTE_ALPHA);
    };
    CHECK(alpha(leaky, {attr_real("slope", 0.5f)}) == std::vector<float>{0.5f});
    CHECK(alpha(leaky, {}) == std::vector<float>{0.01f});  // absent: what the operator means then
    leaky.attributes.clear();
    leaky.defaults = {attr_real("slope", 0.25f)};
    CHECK(alpha(leaky, {}) == std::vector<float>{0.25f});
    CHECK(alpha(leaky, {attr_real("slope", 0.5f)}) == std::vector<float>{0.5f});
    // Through two calls.
    const FunctionText outer{"Outer", {"a"}, {"o"}, {local("Leaky", {"a"}, {"o"}, {attr_reference("slope", "s", kReal)})}, {"s"}};
    const Imported nested(model(calling({"Outer", {"x"}, {}, {attr_real("s", 0.75f)}}, {function(outer), function(leaky)})));
    require_good(nested);
    CHECK(nested.floats(0, ACCEL_ATTRIBUTE_ALPHA) == std::vector<float>{0.75f});
    require_refused(Imported(model(calling({"Leaky", {"x"}, {}, {attr_real("other", 1)}}, {function(leaky)}))), ACCEL_STATUS_UNSUPPORTED, "attribute 'other' is none of function 'Leaky' of domain 'local'");
}

TEST_CASE("G-14 operands that a call leaves out are absent in the function", "[onnx][functions]")
{
    const FunctionText clip{"Between", {"a", "low", "high"}, {"o"}, {node({"Clip", {"a", "low", "high"}, {"o"}, {}})}};
    ModelText text = calling({"Between", {"x", "", "six"}}, {function(clip)});
    text.initializers = {scalar_tensor("six", 6)};
    const Imported model_(model(text));
    require_good(model_);
    CHECK_FALSE(model_.keeps_any());
    REQUIRE(model_.node(0).operation == ACCEL_OPERATION_CLIP);
    CHECK(model_.node(0).inputs[1] == ACCEL_TENSOR_NONE);
    CHECK(model_.held_floats(0, 2) == std::vector<float>{6});
}

TEST_CASE("G-14 functions have operator sets of their own", "[onnx][functions]")
{
    // Of opset 12 the axes are an attribute, of the model's they are an operand.
    FunctionText squeeze{"Drop", {"a"}, {"o"}, {node({"Unsqueeze", {"a"}, {"t"}, {attr_ints("axes", {0})}}), node({"Squeeze", {"t"}, {"o"}, {attr_ints("axes", {0})}})}};
    squeeze.opsets = {{"", 12}};
    const Imported model_(model(calling({"Drop", {"x"}}, {function(squeeze)})));
    require_good(model_);
    CHECK_FALSE(model_.keeps_any());
    CHECK(Imported::sizes(model_.output()) == std::vector<int64_t>{2, 3});
}

TEST_CASE("G-14 branches in functions, and calls in branches", "[onnx][functions]")
{
    constexpr int32_t kReal = 1;
    ModelText then_branch, else_branch;
    then_branch.nodes = {node({"LeakyRelu", {"a"}, {"t"}, {attr_reference("alpha", "slope", kReal)}})};
    then_branch.outputs = {named("t")};
    else_branch.nodes = {local("SumOfRelu", {"a", "a"}, {"t"})};
    else_branch.outputs = {named("t")};
    const FunctionText choosing{"Choosing", {"a", "k"}, {"o"}, {node({"If", {"k"}, {"o"}, {attr_graph("then_branch", then_branch), attr_graph("else_branch", else_branch)}})}, {"slope"}};
    ModelText text = calling({"Choosing", {"x", "c"}, {}, {attr_real("slope", 0.5f)}}, {function(choosing), function(sum_of_relu())});
    const Imported model_(model(text));
    require_good(model_);
    CHECK_FALSE(model_.keeps_any());
    REQUIRE(model_.node(0).operation == ACCEL_OPERATION_IF);
    const accel_graph_desc &first = *model_.node(0).regions[0]->graph, &second = *model_.node(0).regions[1]->graph;
    REQUIRE(first.node_count == 1);
    CHECK(first.nodes[0].attribute_count == 1);
    CHECK(*static_cast<const float *>(first.nodes[0].attributes[0].values) == 0.5f);
    CHECK(second.nodes[0].operation == ACCEL_OPERATION_RELU);
}

TEST_CASE("G-14 a function takes the place of an operator of its name", "[onnx][functions]")
{
    FunctionText relu{"Relu", {"a"}, {"o"}, {node({"Tanh", {"a"}, {"o"}, {}})}};
    relu.domain = "";
    ModelText text = calling({"Relu", {"x"}}, {function(relu)});
    text.nodes = {node({"Relu", {"x"}, {"y"}, {}})};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_TANH, ACCEL_OPERATION_IDENTITY});
}

TEST_CASE("G-14 what is wrong with functions is said", "[onnx][functions]")
{
    const FunctionText endless{"Endless", {"a"}, {"o"}, {local("Other", {"a"}, {"o"})}}, other{"Other", {"a"}, {"o"}, {local("Endless", {"a"}, {"o"})}};
    const Imported recursive(model(calling({"Endless", {"x"}}, {function(endless), function(other)})));
    CHECK(recursive.status == ACCEL_STATUS_CORRUPT);
    CHECK(recursive.says("calls function 'Endless' of domain 'local', which calls itself"));
    const Imported twice(model(calling({"SumOfRelu", {"x", "x"}}, {function(sum_of_relu()), function(sum_of_relu())})));
    CHECK(twice.status == ACCEL_STATUS_CORRUPT);
    CHECK(twice.says("is there twice"));
    const Imported many(model(calling({"SumOfRelu", {"x", "x", "x"}}, {function(sum_of_relu())})));
    CHECK(many.status == ACCEL_STATUS_CORRUPT);
    CHECK(many.says("with 3 operands and 1 results, it has 2 and 1"));
    CHECK(Imported(model(calling({"SumOfRelu", {"x", "nowhere"}}, {function(sum_of_relu())}))).status == ACCEL_STATUS_CORRUPT);
    // Each calls the one before it twice: 2^24 nodes.
    std::vector<std::string> doubling = {function({"F0", {"a"}, {"o"}, {node({"Relu", {"a"}, {"o"}, {}})}})};
    for (int i = 1; i <= 24; ++i) {
        const std::string before = "F" + std::to_string(i - 1);
        doubling.push_back(function({"F" + std::to_string(i), {"a"}, {"o"}, {local(before, {"a"}, {"t"}), local(before, {"t"}, {"o"})}}));
    }
    const Imported bounded(model(calling({"F24", {"x"}}, doubling)));
    require_good(bounded);
    CHECK(bounded.keeps("graphs inside of nodes have more than"));
}
