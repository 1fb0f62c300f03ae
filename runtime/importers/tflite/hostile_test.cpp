// SPDX-License-Identifier: MIT
// Bytes that are no model, or a broken one: a status and a sentence, never a crash.
#include "test_support.h"

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace accel::tflite;
using namespace accel::tflite::test;
using schema::BuiltinOperator;

namespace {

void require_status(std::string_view bytes, accel_status status, const char *part)
{
    const Imported model(bytes);
    INFO(model.message());
    REQUIRE(model.status == status);
    REQUIRE(model.says(part));
}

void require_corrupt(const ModelText &text, const char *part) { require_status(text.bytes(), ACCEL_STATUS_CORRUPT, part); }

/// Whatever came of damaged bytes: a status of an importer with a sentence, or a graph that obeys the rules.
void check_answer(const Imported &model)
{
    INFO(model.status << " " << model.message());
    if (model.status == ACCEL_STATUS_OK) {
        CHECK(model.broken_rule() == "");
        return;
    }
    CHECK((model.status == ACCEL_STATUS_CORRUPT || model.status == ACCEL_STATUS_UNSUPPORTED || model.status == ACCEL_STATUS_LIMIT));
}

}  // namespace

TEST_CASE("no model at all", "[tflite][hostile]")
{
    require_status("", ACCEL_STATUS_CORRUPT, "'TFL3' at byte 4");
    require_status("TFL3", ACCEL_STATUS_CORRUPT, "'TFL3' at byte 4");
    require_status(std::string_view("\x1c\0\0\0TFL3", 8), ACCEL_STATUS_CORRUPT, "verifier refuses");
    require_status(std::string_view("\xff\xff\xff\x7fTFL3\0\0\0\0\0\0\0\0", 16), ACCEL_STATUS_CORRUPT, "outside of its 16 bytes");
    ModelText text = single(BuiltinOperator::ABS, {2});
    text.version = 2;
    require_status(text.bytes(), ACCEL_STATUS_UNSUPPORTED, "schema version 2");
    text.version = 3;
    text.subgraphs = 0;
    require_corrupt(text, "no subgraph");
}

TEST_CASE("files that a device's compiler made are called so", "[tflite][hostile]")
{
    ModelText text = single(BuiltinOperator::CUSTOM, {2});
    text.operators[0].custom_code = "ethos-u";
    require_status(text.bytes(), ACCEL_STATUS_UNSUPPORTED, "compiled by Arm's Vela");
    text.operators[0].custom_code = "edgetpu-custom-op";
    require_status(text.bytes(), ACCEL_STATUS_UNSUPPORTED, "Coral Edge TPU");
}

TEST_CASE("graphs that contradict themselves", "[tflite][hostile]")
{
    ModelText outside = single(BuiltinOperator::ABS, {2});
    outside.operators[0].inputs = {7};
    require_corrupt(outside, "reads tensor 7 of 2");
    outside = single(BuiltinOperator::ABS, {2});
    outside.operators[0].outputs = {-1};
    require_corrupt(outside, "makes tensor -1 of 2");
    outside = single(BuiltinOperator::ABS, {2});
    outside.inputs = {2};
    require_corrupt(outside, "input is tensor 2 of 2");
    outside = single(BuiltinOperator::ABS, {2});
    outside.outputs = {};
    require_corrupt(outside, "no outputs");
    ModelText twice = single(BuiltinOperator::ABS, {2});
    twice.operators.push_back(twice.operators[0]);
    require_corrupt(twice, "made twice");
    ModelText early = single(BuiltinOperator::ABS, {2});
    early.tensors.push_back({"late", {2}});
    early.operators[0].inputs = {2};
    require_corrupt(early, "'late' is read before anything makes it");
    ModelText nothing = single(BuiltinOperator::ABS, {2});
    nothing.operators.clear();
    require_corrupt(nothing, "'y' is made by nothing");
    ModelText inputs = single(BuiltinOperator::ABS, {2});
    inputs.inputs = {0, 0};
    require_corrupt(inputs, "an input of the graph twice");
    ModelText large = single(BuiltinOperator::ABS, {1 << 30, 1 << 30});
    require_corrupt(large, "more elements");
    require_corrupt(single(BuiltinOperator::ADD, {2}), "has 1 inputs");
    ModelText type = single(BuiltinOperator::ABS, {2});
    type.tensors[1].type = schema::TensorType::INT32;
    require_corrupt(type, "declared as INT32");
}

TEST_CASE("constants that are not there", "[tflite][hostile]")
{
    ModelText text = single(BuiltinOperator::ADD, {2});
    text.tensors.push_back({"c", {2}, schema::TensorType::FLOAT32, std::string(8, '\0')});
    text.operators[0].inputs = {0, 2};
    REQUIRE(Imported(text.bytes()).status == ACCEL_STATUS_OK);
    text.tensors[2].data.pop_back();
    require_corrupt(text, "its buffer has 7 bytes, but 2 of FLOAT32 need 8");
    text.buffer_offset = 1 << 20;
    text.buffer_size = 8;
    require_corrupt(text, "buffer 1 is said to be bytes 1048576 + 8");
    text.buffer_offset = 8;
    text.buffer_size = ~uint64_t{0} - 4;
    require_corrupt(text, "is said to be bytes 8");
    // Bytes of the file itself are a constant like any other.
    text.buffer_size = 8;
    CHECK(Imported(text.bytes()).status == ACCEL_STATUS_OK);
}

TEST_CASE("scales that do not go together", "[tflite][hostile]")
{
    ModelText text = single(BuiltinOperator::ABS, {3, 2});
    text.tensors[0].type = text.tensors[1].type = schema::TensorType::INT8;
    text.tensors[1].scales = {1.0f};
    text.tensors[0].scales = {1.0f, 2.0f};
    require_corrupt(text, "2 scales along axis 0 of 3x2");
    text.tensors[0].scales = {-1.0f};
    require_corrupt(text, "a scale of -1");
    text.tensors[0].scales = {1.0f};
    text.tensors[0].zero_points = {1, 2};
    require_corrupt(text, "1 scales and 2 zero points");
    text.tensors[0].zero_points = {int64_t{1} << 40};
    require_corrupt(text, "a zero point of 1099511627776, its type has -128 to 127");
    text.tensors[0].zero_points = {};
    text.tensors[0].scales = {0.0f};
    CHECK(Imported(text.bytes()).kept() == "ABS of tflite: operand 'x': tensor 'x' has a scale of 0, and is no constant of zeros there");
}

TEST_CASE("few bytes cannot ask for much memory", "[tflite][hostile]")
{
    // Tensors that share one long name: made again for each that has it taken already.
    ModelText text = single(BuiltinOperator::ABS, {2});
    for (int i = 0; i < 200; ++i) {
        text.tensors.push_back({std::string(1000, 'n'), {2}});
    }
    CHECK(Imported(text.bytes()).status == ACCEL_STATUS_OK);
    // A fill of a shape is an operation, however large; zeros are a constant, and paid for.
    ModelText zeros = single(BuiltinOperator::ZEROS_LIKE, {1 << 14, 1 << 14});
    const Imported refused(zeros.bytes());
    INFO(refused.message());
    CHECK(refused.status == ACCEL_STATUS_LIMIT);
}

TEST_CASE("cut models", "[tflite][hostile]")
{
    const std::string whole = recorded("network_int8");
    for (size_t length = 0; length < whole.size(); ++length) {
        const Imported model(std::string_view(whole).substr(0, length));
        INFO("cut to " << length << ": " << model.message());
        CHECK(model.status != ACCEL_STATUS_OK);
        check_answer(model);
    }
}

TEST_CASE("G-14 flipped bytes give an error or a graph that obeys the rules", "[tflite][hostile]")
{
    std::mt19937 random(1);  // a fixed seed: the same damage every time
    for (const std::string &name : recorded_names()) {
        const std::string whole = recorded(name);
        for (int round = 0; round < 60; ++round) {
            std::string damaged = whole;
            for (uint32_t flips = 1 + random() % 3; flips > 0; --flips) {
                damaged[random() % damaged.size()] = static_cast<char>(random());
            }
            INFO(name << " round " << round);
            check_answer(Imported(damaged));
        }
    }
}

TEST_CASE("zeroed parts give an error or a graph that obeys the rules", "[tflite][hostile]")
{
    const std::string whole = recorded("network_int8");
    for (size_t begin = 0; begin + 16 <= whole.size(); begin += 4) {
        std::string damaged = whole;
        damaged.replace(begin, 16, 16, '\0');
        INFO("zeros from byte " << begin);
        check_answer(Imported(damaged));
    }
}

TEST_CASE("probe", "[tflite]")
{
    CHECK(probe("\x1c\0\0\0TFL3", 8) == 100);
    CHECK(probe("\x1c\0\0\0TFL3", 7) == 0);
    CHECK(probe("\x08\x08\x12\0\0\0\0\0", 8) == 0);
}
