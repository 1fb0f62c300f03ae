// SPDX-License-Identifier: MIT
// Tests of known values on the command line.
#include "known.h"

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <filesystem>

#include "npy.h"

using namespace accel::tool;

namespace {

/// Inputs "rate" i64 [], "shape" i64 [n], "x=y" f32 [1,1], "picture" f32 [2,2].
struct Model {
    accel_dim open[1] = {{-1, 0, 0}}, ones[2] = {{1, ACCEL_SYMBOL_NONE, 0}, {1, ACCEL_SYMBOL_NONE, 0}}, square[2] = {{2, ACCEL_SYMBOL_NONE, 0}, {2, ACCEL_SYMBOL_NONE, 0}};
    accel_tensor_desc tensors[4] = {};
    uint32_t inputs[4] = {0, 1, 2, 3};
    accel_graph_desc graph{};

    Model()
    {
        const char *names[] = {"rate", "shape", "x=y", "picture"};
        const uint32_t types[] = {ACCEL_TYPE_I64, ACCEL_TYPE_I64, ACCEL_TYPE_F32, ACCEL_TYPE_F32}, ranks[] = {0, 1, 2, 2};
        const accel_dim *dims[] = {nullptr, open, ones, square};
        for (size_t i = 0; i < 4; ++i) tensors[i].name = names[i], tensors[i].type = types[i], tensors[i].rank = ranks[i], tensors[i].dims = dims[i];
        graph.struct_size = sizeof graph;
        graph.tensors = tensors, graph.tensor_count = 4, graph.tensor_size = sizeof tensors[0];
        graph.inputs = inputs, graph.input_count = 4;
    }
    std::string wrong(const std::string &given) const
    {
        try {
            const KnownValues values(graph, {given});
            return "taken";
        } catch (const WrongArgument &error) {
            return error.what();
        }
    }
};

template <class Value> Value at(const accel_known_value &value, size_t index)
{
    Value read;
    std::memcpy(&read, static_cast<const char *>(value.data) + index * sizeof read, sizeof read);
    return read;
}

}  // namespace

TEST_CASE("every type of the catalog has its name")
{
    CHECK(std::string(type_name(ACCEL_TYPE_F32)) == "f32");
    CHECK(std::string(type_name(ACCEL_TYPE_U16)) == "u16");
    CHECK(std::string(type_name(ACCEL_TYPE_F8E5M2)) == "f8e5m2");
}

TEST_CASE("known values are numbers, lists or files", "[known]")
{
    const Model model;
    const auto path = std::filesystem::temp_directory_path() / ("known-test-" + std::to_string(getpid()) + ".npy");
    const float numbers[4] = {1, 2, 3, 4.5f};
    write_npy(path, ACCEL_TYPE_F32, {2, 2}, {reinterpret_cast<const char *>(numbers), reinterpret_cast<const char *>(numbers) + sizeof numbers});
    const KnownValues known(model.graph, {"rate=16000", "shape=-1,3", "x=y=0.5", "picture=" + path.string()});
    std::filesystem::remove(path);
    REQUIRE(known.values().size() == 4);
    CHECK(at<int64_t>(known.values()[0], 0) == 16000);
    CHECK(known.values()[0].rank == 0);
    CHECK(known.values()[1].dims[0] == 2);
    CHECK(at<int64_t>(known.values()[1], 0) == -1);
    CHECK(std::string(known.values()[2].input) == "x=y");
    CHECK(at<float>(known.values()[2], 0) == 0.5f);
    CHECK(known.values()[2].rank == 2);
    CHECK(known.values()[3].data_bytes == 16);
    CHECK(at<float>(known.values()[3], 3) == 4.5f);
    CHECK(known.has("rate"));
    CHECK_FALSE(known.has("y"));
}

TEST_CASE("a name alone is the default that the model gives", "[known]")
{
    Model model;
    model.tensors[0].flags = ACCEL_TENSOR_FLAG_DEFAULT;
    const KnownValues known(model.graph, {"rate"});
    REQUIRE(known.values().size() == 1);
    CHECK(std::string(known.values()[0].input) == "rate");
    CHECK(known.values()[0].data == nullptr);
    CHECK(known.values()[0].data_bytes == 0);
    CHECK(known.has("rate"));
}

TEST_CASE("what is no known value is told", "[known]")
{
    const Model model;
    CHECK(model.wrong("nobody=1").find("expected NAME=FILE.npy or NAME=NUMBER with the name of an input") != std::string::npos);
    CHECK(model.wrong("rat").find("with the name of an input") != std::string::npos);
    CHECK(model.wrong("rate").find("the model gives this input no default") != std::string::npos);
    CHECK(model.wrong("rate=fast").find("'fast' is no number of type i64") != std::string::npos);
    CHECK(model.wrong("rate=1.5").find("'1.5' is no number") != std::string::npos);
    CHECK(model.wrong("rate=").find("'' is no number") != std::string::npos);
    CHECK(model.wrong("rate=99999999999999999999").find("is no number") != std::string::npos);
    CHECK(model.wrong("shape=1,,2").find("'' is no number") != std::string::npos);
    CHECK(model.wrong("picture=1,2,3,4").find("a list is for an input with one axis, and 'picture' has 2") != std::string::npos);
    CHECK(model.wrong("shape=1,2") == "taken");
}
