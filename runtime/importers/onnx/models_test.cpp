// SPDX-License-Identifier: MIT
// Whole models: the digits of this tree, and others where they are installed.
#include "test_support.h"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>

using namespace accel::onnx::test;

namespace {

std::string digits(const char *name)
{
    return read_file(std::string(ONNX_TEST_SOURCE_DIR "/docs/examples/digits/") + name);
}

uint32_t count(const Imported &model, accel_operation operation)
{
    uint32_t n = 0;
    for (const uint32_t each : model.operations()) {
        n += each == operation ? 1 : 0;
    }
    return n;
}

}  // namespace

TEST_CASE("digits f32")
{
    const Imported model(digits("digits_f32.onnx"));
    INFO(model.message);
    REQUIRE(model.status == ACCEL_STATUS_OK);
    CHECK(model.broken_rule() == "");
    CHECK(model.graph().node_count == 15);
    CHECK(model.graph().input_count == 1);
    CHECK(Imported::sizes(model.tensor(model.graph().inputs[0])) == std::vector<int64_t>{1, 1, 8, 8});
    CHECK(Imported::sizes(model.output()) == std::vector<int64_t>{1, 10});
    CHECK(count(model, ACCEL_OPERATION_CONV) == 5);
}

TEST_CASE("digits int8 keeps its quantisation")
{
    const Imported model(digits("digits_int8.onnx"));
    INFO(model.message);
    REQUIRE(model.status == ACCEL_STATUS_OK);
    CHECK(model.broken_rule() == "");
    CHECK(count(model, ACCEL_OPERATION_QUANTIZE) == 10);
    CHECK(count(model, ACCEL_OPERATION_DEQUANTIZE) == 23);
    const accel_tensor_desc &weights = model.named("stem_weight_quantized");
    REQUIRE(weights.quantization != nullptr);
    CHECK(weights.type == ACCEL_TYPE_I8);
    CHECK(weights.quantization->block_dims[0] == 1);
    CHECK(static_cast<int64_t>(weights.quantization->count) == weights.dims[0].size);
    for (uint32_t i = 0; i < model.graph().node_count; ++i) {
        CHECK((model.node(i).operation == ACCEL_OPERATION_QUANTIZE) == (model.node(i).rounding == ACCEL_ROUNDING_HALF_EVEN));
    }
}

TEST_CASE("whole models: only constants at misaligned bytes are copied")
{
    const Imported real(digits("digits_f32.onnx"));
    REQUIRE(real.status == ACCEL_STATUS_OK);
    CHECK(real.constant_bytes().in_place == 45184);
    CHECK(real.constant_bytes().elsewhere == 15288 + 24);  // and the lists that are operands
    const Imported quantised(digits("digits_int8.onnx"));
    REQUIRE(quantised.status == ACCEL_STATUS_OK);
    CHECK(quantised.constant_bytes().in_place == 15312);
    CHECK(quantised.constant_bytes().elsewhere == 424 + 24);
}

TEST_CASE("mnist and ultraface")
{
    const char *folder = std::getenv("ACCEL_SHARED_MODELS");
    const std::string models = folder != nullptr ? folder : ONNX_TEST_SOURCE_DIR "/../shared/models";
    if (!std::filesystem::exists(models + "/mnist/mnist.onnx")) {
        SKIP("no models at " + models + "; ACCEL_SHARED_MODELS names the folder");
    }
    const Imported mnist(read_file(models + "/mnist/mnist.onnx"));
    INFO(mnist.message);
    REQUIRE(mnist.status == ACCEL_STATUS_OK);
    CHECK(mnist.broken_rule() == "");
    CHECK(mnist.graph().input_count == 1);
    CHECK(Imported::sizes(mnist.output()) == std::vector<int64_t>{1, 10});
    CHECK(mnist.ints(0, ACCEL_ATTRIBUTE_PADS) == std::vector<int64_t>{2, 2, 2, 2});

    const Imported ultraface(read_file(models + "/ultraface/ultraface-rfb-320.onnx"));
    INFO(ultraface.message);
    REQUIRE(ultraface.status == ACCEL_STATUS_OK);
    CHECK(ultraface.broken_rule() == "");
    CHECK(count(ultraface, ACCEL_OPERATION_CONV) == 52);
    CHECK(ultraface.constant_bytes().in_place == 104488);
    CHECK(ultraface.constant_bytes().elsewhere == 1097160 + 320);  // docs/decisions/0009 has the reason
    CHECK(Imported::sizes(ultraface.output(0)) == std::vector<int64_t>{1, 4420, 2});
    CHECK(Imported::sizes(ultraface.output(1)) == std::vector<int64_t>{1, 4420, 4});
}
