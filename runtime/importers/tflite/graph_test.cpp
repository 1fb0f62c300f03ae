// SPDX-License-Identifier: MIT
// What graphs come out of files: orders of axes, quantisation, ports, and operators that are kept.
#include "test_support.h"

#include <catch2/catch_test_macros.hpp>

#include <cstring>

using namespace accel::tflite;
using namespace accel::tflite::test;
using schema::BuiltinOperator;
using Sizes = std::vector<int64_t>;

namespace {

void require_good(const Imported &model)
{
    INFO(model.message() << model.kept());
    REQUIRE(model.status == ACCEL_STATUS_OK);
    REQUIRE(model.broken_rule() == "");
    REQUIRE(model.kept() == "");
}

}  // namespace

TEST_CASE("every recorded model is read whole, and its graph obeys the rules", "[tflite]")
{
    const std::vector<std::string> names = recorded_names();
    CHECK(names.size() > 100);
    for (const std::string &name : names) {
        const Imported model(recorded(name));
        INFO(name << ": " << model.message() << model.kept());
        REQUIRE(model.status == ACCEL_STATUS_OK);
        CHECK(model.broken_rule() == "");
        CHECK(model.kept() == "");
    }
}

TEST_CASE("a network is turned once: nothing between its input and its mean", "[tflite]")
{
    for (const char *name : {"network_int8", "network_float"}) {
        INFO(name);
        const Imported model(recorded(name));
        require_good(model);
        CHECK(model.count(ACCEL_OPERATION_CONV) == 3);
        REQUIRE(model.count(ACCEL_OPERATION_TRANSPOSE) == 1);
        const uint32_t turned = model.find(ACCEL_OPERATION_TRANSPOSE);
        CHECK(model.node(turned).inputs[0] == model.graph().inputs[0]);
        CHECK(model.ints(turned, ACCEL_ATTRIBUTE_PERM) == Sizes{0, 3, 1, 2});
    }
}

TEST_CASE("weights have their channels first", "[tflite]")
{
    const Imported conv(recorded("conv_2d_float_same"));
    require_good(conv);
    CHECK(Imported::sizes(conv.operand(conv.find(ACCEL_OPERATION_CONV), 1)) == Sizes{5, 3, 3, 3});
    CHECK(conv.ints(conv.find(ACCEL_OPERATION_CONV), ACCEL_ATTRIBUTE_PADS) == Sizes{1, 0, 1, 1});
    const Imported depthwise(recorded("depthwise_int8_multiplied"));
    require_good(depthwise);
    const uint32_t node = depthwise.find(ACCEL_OPERATION_CONV);
    CHECK(Imported::sizes(depthwise.operand(node, 1)) == Sizes{8, 1, 3, 3});
    CHECK(depthwise.ints(node, ACCEL_ATTRIBUTE_GROUP) == Sizes{4});
}

TEST_CASE("where only sizes of 1 move, no element does", "[tflite]")
{
    ModelText text = single(BuiltinOperator::MAX_POOL_2D, {1, 4, 4, 1});
    CHECK(Imported(text.bytes()).says("a window of 0"));  // an empty table has no window
    const Imported model(recorded("move_mirror_symmetric"));
    require_good(model);
    CHECK(model.count(ACCEL_OPERATION_TRANSPOSE) == 0);
}

TEST_CASE("quantised tensors keep scale and zero point, and round as the format does", "[tflite]")
{
    const Imported model(recorded("conv_2d_int8_same"));
    require_good(model);
    const accel_tensor_desc &x = model.graph().tensors[model.graph().inputs[0]];
    REQUIRE(x.quantization != nullptr);
    CHECK(x.type == ACCEL_TYPE_I8);
    CHECK(static_cast<const float *>(x.quantization->scales)[0] == 0.05f);
    CHECK(static_cast<const int32_t *>(x.quantization->zero_points)[0] == 3);
    CHECK(model.node(model.find(ACCEL_OPERATION_QUANTIZE)).rounding == ACCEL_ROUNDING_TFLITE);
    size_t per_channel = 0;
    for (uint32_t i = 0; i < model.graph().tensor_count; ++i) {
        const accel_tensor_desc &tensor = model.graph().tensors[i];
        per_channel += tensor.quantization != nullptr && tensor.quantization->count == 5 ? 1 : 0;
    }
    CHECK(per_channel == 2);  // weights and bias
}

TEST_CASE("weights of 16 bits are real constants", "[tflite]")
{
    const Imported model(recorded("float16_weights"));
    require_good(model);
    CHECK(model.count(ACCEL_OPERATION_CAST) == 0);
    const accel_tensor_desc &weights = model.operand(model.find(ACCEL_OPERATION_GEMM), 1);
    CHECK(weights.type == ACCEL_TYPE_F32);
    CHECK(weights.data != nullptr);
}

TEST_CASE("ports are called as the signature calls them", "[tflite]")
{
    const Imported model(recorded("network_float"));
    require_good(model);
    CHECK(std::string(model.graph().tensors[model.graph().inputs[0]].name) == "image");
    CHECK(std::string(model.graph().tensors[model.graph().outputs[0]].name) == "scores");
}

TEST_CASE("outputs that nothing makes, or two that are one, are copies", "[tflite]")
{
    ModelText text = single(BuiltinOperator::ABS, {2});
    text.outputs = {1, 1, 0};
    const Imported model(text.bytes());
    require_good(model);
    CHECK(model.count(ACCEL_OPERATION_IDENTITY) == 2);
    CHECK(model.graph().output_count == 3);
}

TEST_CASE("what is not known is kept with its options and a reason", "[tflite][custom]")
{
    ModelText text = single(BuiltinOperator::CUSTOM, {2});
    text.operators[0].custom_code = "MyOp";
    text.operators[0].custom_options = "abc";
    const Imported own(text.bytes());
    REQUIRE(own.status == ACCEL_STATUS_OK);
    CHECK(own.kept() == "MyOp of tflite.custom: it is an operator of the file's own");
    REQUIRE(own.node(0).attribute_count == 1);
    CHECK(std::string(own.node(0).attributes[0].name) == "custom_options");
    const auto *bytes = static_cast<const accel_bytes *>(own.node(0).attributes[0].values);
    CHECK(std::string(static_cast<const char *>(bytes->data), bytes->byte_count) == "abc");
    const Imported svdf(single(BuiltinOperator::SVDF, {2}).bytes());
    CHECK(svdf.kept() == "SVDF of tflite: there is no such operation here");
    ModelText variable = single(BuiltinOperator::ADD, {2});
    variable.tensors.push_back({"state", {2}});
    variable.tensors.back().is_variable = true;
    variable.operators[0].inputs = {0, 2};
    CHECK(Imported(variable.bytes()).kept() == "ADD of tflite: operand 'state' is a variable, which keeps its value from run to run");
}

TEST_CASE("what no output depends on is not judged", "[tflite]")
{
    ModelText text = single(BuiltinOperator::ABS, {2});
    text.tensors.push_back({"dead", {2}});
    text.operators.push_back({BuiltinOperator::SVDF, {0}, {2}});
    const Imported model(text.bytes());
    require_good(model);
    CHECK(model.graph().node_count == 1);
}
