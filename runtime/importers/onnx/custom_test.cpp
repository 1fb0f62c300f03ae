// SPDX-License-Identifier: MIT
// Custom nodes: what the catalog lacks is kept as the file has it, and nothing is refused for being unknown.
#include "test_support.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::onnx::test;

namespace {

void require_good(const Imported& model) {
    INFO(model.message);
    REQUIRE(model.status == ACCEL_STATUS_OK);
    REQUIRE(model.broken_rule() == "");
}

std::string named(std::string_view name) {
    std::string bytes;
    protozero::pbf_writer(bytes).add_string(1, name.data(), name.size());
    return bytes;
}

ModelText of_nodes(std::vector<std::string> nodes) {
    ModelText text;
    text.opset = 17;
    text.inputs = {value_info("x", kFloat, {2, 3})};
    text.outputs = {named("y")};
    text.nodes = std::move(nodes);
    return text;
}

const accel_attribute* attribute(const accel_node_desc& node, std::string_view name) {
    for (uint32_t i = 0; i < node.attribute_count; ++i) {
        if (node.attributes[i].name == name) {
            return &node.attributes[i];
        }
    }
    return nullptr;
}

}  // namespace

TEST_CASE("an unknown operator is kept with all that it says", "[onnx][custom]") {
    ModelText text = of_nodes({node({"Frobnicate", {"x", "", "x"}, {"y", "", "z"}, {attr_int("level", 3), attr_ints("steps", {1, 2}), attr_real("rate", 0.5f), attr_string("mode", "fast")}, "f", "org.example"})});
    text.more_opsets = {{"org.example", 4}};
    const Imported model_(model(text));
    require_good(model_);
    REQUIRE(model_.graph().node_count == 1);
    const accel_node_desc& kept = model_.node(0);
    CHECK(kept.operation == ACCEL_OPERATION_CUSTOM);
    CHECK(std::string(kept.domain) == "org.example");
    CHECK(std::string(kept.custom_name) == "Frobnicate");
    CHECK(std::string(kept.reason) == "there is no such operator here");
    REQUIRE(kept.input_count == 3);
    CHECK(kept.inputs[1] == ACCEL_TENSOR_NONE);
    REQUIRE(kept.output_count == 3);
    CHECK(kept.outputs[1] == ACCEL_TENSOR_NONE);
    REQUIRE(kept.attribute_count == 4);
    CHECK(attribute(kept, "level")->ints[0] == 3);
    CHECK(attribute(kept, "steps")->count == 2);
    CHECK(attribute(kept, "rate")->floats[0] == 0.5f);
    CHECK(std::string(attribute(kept, "mode")->string) == "fast");
    CHECK(model_.output().rank == ACCEL_RANK_UNKNOWN);
    CHECK(model_.output().type == 0);
}

TEST_CASE("what follows from something unknown is kept, too", "[onnx][custom]") {
    const Imported model_(model(of_nodes({node({"Erf", {"x"}, {"e"}, {}}), node({"Relu", {"e"}, {"r"}, {}}), node({"Exp", {"x"}, {"p"}, {}}), node({"Add", {"r", "p"}, {"y"}, {}})})));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CUSTOM, ACCEL_OPERATION_CUSTOM, ACCEL_OPERATION_EXP, ACCEL_OPERATION_CUSTOM});
    CHECK(model_.keeps("its operand 'e' has a type that is not known here"));
}

TEST_CASE("what the model declares is believed of results that nobody here can tell", "[onnx][custom]") {
    ModelText text = of_nodes({node({"Erf", {"x"}, {"e"}, {}}), node({"Relu", {"e"}, {"r"}, {}}), node({"Erf", {"r"}, {"y"}, {}})});
    text.value_infos = {value_info("e", kFloat, {2, 3})};
    text.outputs = {value_info("y", kFloat, {2, "N"})};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CUSTOM, ACCEL_OPERATION_RELU, ACCEL_OPERATION_CUSTOM});
    CHECK(model_.named("r").type == ACCEL_TYPE_F32);
    CHECK(Imported::sizes(model_.output()) == std::vector<int64_t>{2, -1});
}

TEST_CASE("types that have no form here are named", "[onnx][custom]") {
    ModelText text = of_nodes({node({"StringNormalizer", {"s", "c"}, {"y"}, {}})});
    text.inputs = {value_info("s", 8, {4}), value_info("dead", 8, {4})};
    text.initializers = {raw_tensor("c", 26, {3}, "?")};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.graph().input_count == 1);  // nothing reads the other one
    CHECK(std::string(model_.named("s").type_name) == "tensor(string)");
    CHECK(model_.named("s").rank == 1);
    CHECK(std::string(model_.named("c").type_name) == "tensor(int2)");
    CHECK(model_.keeps("a constant of type int2 has no form here"));
}

TEST_CASE("an opset that is too new refuses no model", "[onnx][custom]") {
    ModelText text = of_nodes({node({"Relu", {"x"}, {"y"}, {}})});
    text.opset = 29;
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.keeps("opset 29"));
}

TEST_CASE("a refused translation leaves nothing behind", "[onnx][custom]") {
    // The weights get a quantisation before the operator turns out to be none of the catalog's.
    ModelText text = of_nodes({node({"DequantizeLinear", {"w", "s"}, {"d"}, {attr_int("unheard", 1)}}), node({"MatMul", {"x", "d"}, {"y"}, {}})});
    text.initializers = {bytes_tensor("w", {3, 2}, {1, 2, 3, 4, 5, 6}), scalar_tensor("s", 0.5f)};
    const Imported model_(model(text));
    require_good(model_);
    CHECK(model_.keeps("attribute 'unheard' is not understood"));
    CHECK(model_.named("w").quantization == nullptr);
    CHECK(model_.graph().node_count == 2);
    CHECK(model_.node(0).attribute_count == 1);
}

TEST_CASE("what is computed with a size that is only known by name is made by nodes for those who need it", "[onnx][custom]") {
    ModelText text = of_nodes({node({"Shape", {"x"}, {"s"}, {}}), node({"Gather", {"s", "i"}, {"n"}, {}}), node({"Resize", {"x", "", "", "n"}, {"y"}, {}})});
    text.inputs = {value_info("x", kFloat, {"N", 3})};
    text.initializers = {ints_tensor("i", {0, 0})};
    const Imported model_(model(text));
    require_good(model_);
    REQUIRE(model_.operations() == std::vector<uint32_t>{ACCEL_OPERATION_SHAPE, ACCEL_OPERATION_GATHER, ACCEL_OPERATION_CUSTOM});
    CHECK(model_.tensor(model_.node(2).inputs[3]).type == ACCEL_TYPE_I64);
    CHECK(model_.node(1).inputs[0] == model_.node(0).outputs[0]);
}
