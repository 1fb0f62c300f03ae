// SPDX-License-Identifier: MIT
// What no output depends on never counts, and the order of the file need not be an order of work.
#include "test_require.h"

using namespace accel::onnx::test;

namespace {

ModelText relu_of_x()
{
    ModelText text;
    text.opset = 17;
    text.inputs = {value_info("x", kFloat, {2})};
    text.outputs = {named("y")};
    text.nodes = {node({"Relu", {"x"}, {"y"}, {}})};
    return text;
}

/// A graph for an attribute: nodes, and the names of its outputs.
Attr body(std::string_view name, const std::vector<std::string> &nodes, const std::vector<std::string> &outputs)
{
    std::string graph, attribute;
    {
        protozero::pbf_writer writer(graph);
        for (const std::string &bytes : nodes) {
            writer.add_message(1, bytes);
        }
        for (const std::string &output : outputs) {
            writer.add_message(12, named(output));
        }
    }
    protozero::pbf_writer writer(attribute);
    writer.add_string(1, name.data(), name.size());
    writer.add_message(6, graph);
    writer.add_int32(20, 5);
    return {attribute};
}

}  // namespace

TEST_CASE("dead parts are not judged", "[onnx][live]")
{
    ModelText text = relu_of_x();
    text.nodes.push_back(node({"Nonsense", {"x"}, {"n"}, {}, "", "org.example"}));
    text.nodes.push_back(node({"Relu", {"n"}, {"after"}, {}}));
    text.nodes.push_back(node({"Relu", {"made by nothing"}, {"lost"}, {}}));
    text.nodes.push_back(node({"Relu", {"round"}, {"round"}, {}}));
    text.nodes.push_back(node({"Relu", {"x"}, {"lost"}, {}}));
    text.nodes.push_back(node({"Transpose", {"x"}, {"wrong"}, {attr_ints("perm", {4, 7})}}));
    text.initializers = {raw_tensor("strings", 8, {1}, "?"), raw_tensor("short", kFloat, {4}, "?")};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RELU});
    CHECK(model_.graph().tensor_count == 2);
}

TEST_CASE("nodes may come in any order", "[onnx][live]")
{
    ModelText text = relu_of_x();
    text.nodes = {node({"Exp", {"c"}, {"y"}, {}}), node({"Tanh", {"a"}, {"b"}, {}}), node({"Relu", {"x"}, {"a"}, {}}), node({"Sigmoid", {"b"}, {"c"}, {}})};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RELU, ACCEL_OPERATION_TANH, ACCEL_OPERATION_SIGMOID, ACCEL_OPERATION_EXP});
}

TEST_CASE("an order that is one is kept", "[onnx][live]")
{
    ModelText text = relu_of_x();
    text.nodes = {node({"Exp", {"x"}, {"a"}, {}}), node({"Tanh", {"x"}, {"b"}, {}}), node({"Add", {"b", "a"}, {"y"}, {}})};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_EXP, ACCEL_OPERATION_TANH, ACCEL_OPERATION_ADD});
}

TEST_CASE("a result that nobody reads is not asked for", "[onnx][live]")
{
    ModelText text = relu_of_x();
    text.nodes = {node({"Dropout", {"x"}, {"d", "mask"}, {}}), node({"Relu", {"d"}, {"y"}, {}})};
    require_good(Imported(model(text)));
    ModelText pooled;
    pooled.inputs = {value_info("x", kFloat, {1, 1, 4, 4})};
    pooled.outputs = {named("y")};
    pooled.nodes = {node({"MaxPool", {"x"}, {"y", "indices"}, {attr_ints("kernel_shape", {2, 2})}})};
    require_good(Imported(model(pooled)));
}

TEST_CASE("Paddle's name for an open size stands for a size of its own each time", "[onnx][live]")
{
    ModelText text = relu_of_x();
    text.inputs = {value_info("x", kFloat, {"?", "?"})};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.graph().symbol_count == 2);
    CHECK(model_.output().dims[0].symbol != model_.output().dims[1].symbol);
}

TEST_CASE("what only the body of a live node reads is live", "[onnx][live]")
{
    ModelText text = relu_of_x();
    text.inputs.push_back(value_info("c", kBool, {}));
    text.nodes = {node({"Relu", {"x"}, {"seen"}, {}}), node({"If", {"c"}, {"y"}, {body("then_branch", {node({"Exp", {"seen"}, {"t"}, {}})}, {"t"}), body("else_branch", {}, {"x"})}})};
    const Imported model_(model(text));
    INFO(model_.message);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RELU, ACCEL_OPERATION_IF});
    CHECK(model_.node(1).input_count == 1);
    REQUIRE(model_.node(1).region_count == 2);
    CHECK(model_.node(1).regions[0]->captures[0].outer == model_.node(0).outputs[0]);
    CHECK(model_.node(1).regions[1]->captures[0].outer == model_.graph().inputs[0]);
    text.nodes[0] = node({"Relu", {"nowhere"}, {"seen"}, {}});
    const Imported lost(model(text));
    CHECK(lost.status == ACCEL_STATUS_CORRUPT);
    CHECK(lost.says("nowhere"));
}

TEST_CASE("a channel of zeros may have the scale 0", "[onnx][live]")
{
    ModelText text = relu_of_x();
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {1, 2})};
    text.initializers = {bytes_tensor("w", {2, 3}, {1, 5, 3, 4, 5, 6}), bytes_tensor("z", {3}, {0, 5, 0}), floats_tensor("s", {3}, {0.5f, 0.0f, 2.0f})};
    text.nodes = {node({"DequantizeLinear", {"w", "s", "z"}, {"wf"}, {attr_int("axis", 1)}}), node({"MatMul", {"x", "wf"}, {"y"}, {}})};
    const Imported mended(model(text));
    require_good(mended);
    CHECK(Imported::scale(mended.named("w"), 1) == 2.0f);
    text.initializers[0] = bytes_tensor("w", {2, 3}, {1, 5, 3, 4, 6, 6});
    const Imported other(model(text));
    CHECK(other.keeps("scale of 0"));
}
