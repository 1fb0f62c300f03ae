// SPDX-License-Identifier: MIT
// Bytes that are no model, or a broken one: a status and a sentence, never a crash.
#include "import.h"
#include "test_support.h"

#include <catch2/catch_test_macros.hpp>

#include <dlfcn.h>

#include <random>

using namespace accel::onnx::test;

namespace {

void require_corrupt(const Imported &model, const char *part)
{
    INFO(model.message);
    REQUIRE(model.status == ACCEL_STATUS_CORRUPT);
    REQUIRE(model.says(part));
}

ModelText chain(const std::vector<std::pair<const char *, const char *>> &edges)
{
    ModelText text;
    for (const auto &[from, to] : edges) {
        text.nodes.push_back(node({"Relu", {from}, {to}, {}}));
    }
    text.inputs = {value_info("x", kFloat, {2})};
    text.outputs = {value_info("y", kFloat, {2})};
    return text;
}

/// Whatever came of damaged bytes: a status of an importer, a sentence on failure, and on success a graph that can be walked.
void check_answer(const Imported &model)
{
    INFO(model.status << " " << model.message);
    if (model.status == ACCEL_STATUS_OK) {
        CHECK(model.broken_rule() == "");
        return;
    }
    CHECK((model.status == ACCEL_STATUS_CORRUPT || model.status == ACCEL_STATUS_UNSUPPORTED || model.status == ACCEL_STATUS_PERMISSION));
    CHECK(!model.message.empty());
}

}  // namespace

TEST_CASE("no model at all")
{
    require_corrupt(Imported(""), "no graph");
    require_corrupt(Imported("MZ\x90 this is something else"), "at byte 8");
    require_corrupt(Imported(std::string(100, '\xff')), "at byte 0");
    require_corrupt(Imported(std::string_view("\x0b", 1)), "no valid field tag");          // a group
    require_corrupt(Imported(std::string_view("\x3a\xff\xff\xff\xff\x1f", 6)), "length");  // 8 GiB of graph
    require_corrupt(Imported(std::string_view("\x3a\x85\x80\x80\x80\x80\x01"
                                              "abcde",
                                              12)),
                    "length");  // low 32 bits would fit
    require_corrupt(Imported(std::string_view("\x38\x01", 2)), "ModelProto.graph: wrong wire type");
    require_corrupt(Imported(std::string_view("\x3a\x01\x0a", 3)), "GraphProto.node");  // a node without a length
}

TEST_CASE("graphs that contradict themselves")
{
    require_corrupt(Imported(model(chain({{"a", "b"}, {"b", "a"}, {"a", "y"}}))), "cycle");
    require_corrupt(Imported(model(chain({{"y", "y"}}))), "cycle");
    require_corrupt(Imported(model(chain({{"nothing", "y"}}))), "nothing makes");
    require_corrupt(Imported(model(chain({{"x", "y"}, {"x", "y"}}))), "two values are named 'y'");
    require_corrupt(Imported(model(chain({{"x", "x"}, {"x", "y"}}))), "two values are named 'x'");
    require_corrupt(Imported(model(chain({{"x", "z"}}))), "graph output 'y'");
    ModelText twice = chain({{"x", "y"}});
    twice.inputs.push_back(value_info("x", kFloat, {2}));
    require_corrupt(Imported(model(twice)), "two values are named 'x'");
    ModelText constants = chain({{"c", "y"}});
    constants.initializers = {floats_tensor("c", {1}, {1}), floats_tensor("c", {1}, {1})};
    require_corrupt(Imported(model(constants)), "two values are named 'c'");
    ModelText negative = chain({{"x", "y"}});
    negative.inputs = {value_info("x", kFloat, {-7})};
    require_corrupt(Imported(model(negative)), "-7");
    ModelText large = chain({{"x", "y"}});
    large.inputs = {value_info("x", kFloat, {1 << 30, 1 << 30})};
    require_corrupt(Imported(model(large)), "more elements");
    ModelText wrong = chain({{"x", "y"}});
    wrong.outputs = {value_info("y", kInt64, {2})};
    require_corrupt(Imported(model(wrong)), "declared as int64");
    ModelText no_output = chain({{"x", "y"}});
    no_output.outputs.clear();
    require_corrupt(Imported(model(no_output)), "no outputs");
    ModelText not_text = chain({{"x\xff", "y"}});
    require_corrupt(Imported(model(not_text)), "not UTF-8");
    require_corrupt(Imported(single(13, {2}, {"Relu", {}, {}, {}})), "0 inputs");
    require_corrupt(Imported(single(13, {2}, {"Relu", {""}, {}, {}})), "input 0 is missing");
    require_corrupt(Imported(single(13, {2}, {"Softmax", {"x"}, {}, {attr_int("axis", INT64_MIN)}})), "axis");
    require_corrupt(Imported(single(13, {2}, {"Softmax", {"x"}, {}, {attr_real("axis", 1)}})), "type");
    require_corrupt(Imported(single(11, {2}, {"Softmax", {"x"}, {}, {}})), "axis");  // 1 unless given
    require_corrupt(Imported(single(13, {2}, {"Softmax", {"x"}, {}, {attr_int("axis", 0), attr_int("axis", 0)}})), "twice");
}

TEST_CASE("few bytes cannot ask for much memory")
{
    const Imported generated(single(13, {2}, {"ConstantOfShape", {"s"}, {}, {}}, {ints_tensor("s", {1 << 15, 1 << 15})}));
    INFO(generated.message);
    CHECK(generated.status == ACCEL_STATUS_LIMIT);
    CHECK(generated.says("needs 4294967296 bytes"));
    CHECK(generated.says("of the 268435456 bytes"));
    CHECK(generated.says("constant_budget_bytes"));
    const Imported beyond(single(13, {2}, {"ConstantOfShape", {"s"}, {}, {}}, {ints_tensor("s", {1 << 30, 1 << 30, 1 << 30})}));
    CHECK(beyond.status == ACCEL_STATUS_CORRUPT);
    // What the application allows counts, and what was granted before.
    const std::string small = single(13, {2}, {"ConstantOfShape", {"s"}, {}, {}}, {ints_tensor("s", {1000})});
    CHECK(Imported(small, -1, 4000).status == ACCEL_STATUS_LIMIT);  // the shape itself is 8 bytes more
    CHECK(Imported(small, -1, 4008).status == ACCEL_STATUS_OK);
    // Results of a thousand elements count as well: a node that takes the same elements once more is 30 bytes of model.
    ModelText gathers;
    gathers.opset = 13;
    gathers.inputs = {value_info("x", kFloat, {2})};
    gathers.initializers = {ints_tensor("n", std::vector<int64_t>(1000, 1))};
    for (int i = 0; i < 40; ++i) {
        gathers.nodes.push_back(node({"Gather", {"n", "n"}, {"g" + std::to_string(i)}, {}}));
    }
    gathers.nodes.push_back(node({"Relu", {"x"}, {"y"}, {}}));
    gathers.outputs = {value_info("y", kFloat, {2})};
    for (int i = 0; i < 40; ++i) {
        gathers.outputs.push_back(value_info("g" + std::to_string(i), kInt64, {1000}));
    }
    const Imported many(model(gathers), -1, 900'000);
    INFO(many.message);
    CHECK(many.status == ACCEL_STATUS_LIMIT);
    CHECK(many.says("needs 24000 bytes"));
    CHECK(Imported(model(gathers), -1, 1'000'000).status == ACCEL_STATUS_OK);
    // Shapes are computed while importing; what grows beyond one is left to the operation. Else 40 such nodes would ask for 2^50 values.
    ModelText doubling;
    doubling.opset = 13;
    doubling.inputs = {value_info("x", kFloat, {2})};
    doubling.initializers = {ints_tensor("n", std::vector<int64_t>(1024, 1))};
    doubling.nodes = {node({"Concat", {"n", "n"}, {"y"}, {attr_int("axis", 0)}})};
    std::string output;
    protozero::pbf_writer(output).add_string(1, "y");
    doubling.outputs = {output};
    const Imported doubled(model(doubling));
    INFO(doubled.message);
    REQUIRE(doubled.status == ACCEL_STATUS_OK);
    CHECK(doubled.operations() == std::vector<uint32_t>{ACCEL_OPERATION_CONCAT});
}

TEST_CASE("cut models")
{
    const std::string whole = read_file(ONNX_TEST_SOURCE_DIR "/docs/examples/digits/digits_int8.onnx");
    REQUIRE(!whole.empty());
    for (size_t length = 0; length < whole.size(); length += length < 4096 ? 1 : 37) {
        const Imported model(std::string_view(whole).substr(0, length));
        INFO("cut to " << length << ": " << model.message);
        CHECK(model.status != ACCEL_STATUS_OK);
        check_answer(model);
    }
}

TEST_CASE("G-14 flipped bytes give an error or a graph that obeys the rules")
{
    for (const char *name : {"digits_int8.onnx", "digits_f32.onnx"}) {
        const std::string whole = read_file(std::string(ONNX_TEST_SOURCE_DIR "/docs/examples/digits/") + name);
        REQUIRE(!whole.empty());
        std::mt19937 random(1);  // a fixed seed: the same damage every time
        for (int round = 0; round < 4000; ++round) {
            std::string damaged = whole;
            for (uint32_t flips = 1 + random() % 3; flips > 0; --flips) {
                damaged[random() % damaged.size()] = static_cast<char>(random());
            }
            INFO(name << " round " << round);
            check_answer(Imported(damaged));
        }
    }
}

TEST_CASE("probe")
{
    using accel::onnx::probe;
    const std::string digits = read_file(ONNX_TEST_SOURCE_DIR "/docs/examples/digits/digits_f32.onnx");
    CHECK(probe(digits.data(), digits.size()) >= 50);
    CHECK(probe("", 0) == 0);
    CHECK(probe("\x1c\0\0\0TFL3", 8) == 0);
    CHECK(probe("\x7f"
                "ELF",
                4) == 0);
    CHECK(probe("\x89PNG", 4) == 0);
}

TEST_CASE("the module")
{
    void *library = dlopen(ONNX_TEST_MODULE, RTLD_NOW | RTLD_LOCAL);
    REQUIRE(library != nullptr);
    const auto entry = reinterpret_cast<decltype(&accel_module_entry)>(dlsym(library, "accel_module_entry"));
    REQUIRE(entry != nullptr);
    accel_bk_host host{};
    host.struct_size = sizeof host;
    CHECK(entry(&host, 0) != nullptr);
    const accel_bk_module *module = entry(&host, ACCEL_BK_API_VERSION + 5);
    REQUIRE(module != nullptr);
    CHECK(module->api_version == ACCEL_BK_API_VERSION);
    REQUIRE(module->importer != nullptr);
    const std::string bytes = single(13, {2}, {"Relu", {"x"}, {}, {}});
    const accel_bk_source source{sizeof(accel_bk_source), bytes.data(), bytes.size(), -1, 0, "x.onnx"};
    accel_bk_model *imported = nullptr;
    REQUIRE(module->importer->import(&host, &source, &imported) == ACCEL_STATUS_OK);
    CHECK(imported->entries[0].graph->node_count == 1);
    imported->release(imported);
}
