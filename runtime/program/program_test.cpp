// SPDX-License-Identifier: MIT
// Models and programs at the application door, without any real module.
#include <catch2/catch_test_macros.hpp>

#include <string>

#include "base/check.h"
#include "compiler/testing/builder.h"
#include "fake/fake_backend.h"
#include "graph/graph.h"
#include "model/model.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

Ref<accel_model> make_model(accel_instance &instance)
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4}), y = b.tensor("y", ACCEL_TYPE_F32, {4});
    b.node("relu", ACCEL_OPERATION_RELU, {x}, {y});
    b.output(y);
    const GraphDesc desc(b.graph);
    accel_model *model = nullptr;
    const accel_entry_desc entry{"", &desc.get()};
    const accel_model_desc model_desc{sizeof model_desc, &entry, 1, sizeof entry, nullptr, nullptr};
    REQUIRE(accel_model_create(&instance, &model_desc, &model) == ACCEL_STATUS_OK);
    return Ref<accel_model>::adopt(model);
}

accel_status import(accel_instance &instance, const char *path)
{
    accel_model_source source{};
    source.struct_size = sizeof source;
    source.path = path;
    auto *model = reinterpret_cast<accel_model *>(1);
    const accel_status status = accel_model_import(&instance, &source, &model);
    CHECK(model == nullptr);
    return status;
}

}  // namespace

TEST_CASE("a model tells its graph and keeps its instance", "[program]")
{
    auto instance = fake::make_instance();
    const auto model = make_model(*instance);
    instance = {};
    accel_model_entry_info facts{};
    facts.struct_size = sizeof facts;
    REQUIRE(accel_model_entry(model.get(), 0, &facts) == ACCEL_STATUS_OK);
    const accel_graph_desc *graph = facts.graph;
    REQUIRE(graph);
    CHECK(graph->node_count == 1);
    CHECK(std::string(tensor_at(*graph, 0).name) == "x");
}

TEST_CASE("models that cannot be imported say why", "[program]")
{
    const auto instance = fake::make_instance();
    CHECK(import(*instance, "/no/such/file.onnx") == ACCEL_STATUS_NOT_FOUND);
    CHECK(import(*instance, "/") == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(import(*instance, nullptr) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(import(*instance, "/proc/self/maps") == ACCEL_STATUS_CORRUPT);
    CHECK(import(*instance, "/proc/self/exe") == ACCEL_STATUS_NOT_FOUND);
    CHECK(std::string(accel_last_error()->rule) == "G-15");
    CHECK(std::string(accel_last_error()->message).find("is an executable or a library") != std::string::npos);
}

TEST_CASE("program descriptions are checked before anything is built", "[program]")
{
    const auto instance = fake::make_instance();
    const auto model = make_model(*instance);
    accel_program *program = nullptr;
    accel_program_desc desc{};
    desc.struct_size = sizeof desc;
    CHECK(accel_program_build(&desc, &program) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc.model = model.get();
    CHECK(accel_program_build(&desc, &program) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "P-8");
    desc.target = "no-such-target";
    CHECK(accel_program_build(&desc, &program) == ACCEL_STATUS_NOT_FOUND);
    desc.rounding = 99;
    CHECK(accel_program_build(&desc, &program) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "P-9");
    desc.rounding = 0;
    desc.flags = 1u << 30;
    CHECK(accel_program_build(&desc, &program) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-3");
    CHECK(program == nullptr);
}

TEST_CASE("a module without a compiler cannot be built for", "[program]")
{
    const auto instance = fake::make_instance();
    const auto model = make_model(*instance);
    const auto device = fake::find_device(*instance, "fake-cpu");
    accel_device *devices[] = {device.get()};
    accel_program *program = nullptr;
    accel_program_desc desc{};
    desc.struct_size = sizeof desc;
    desc.model = model.get();
    desc.devices = devices;
    desc.device_count = 1;
    CHECK(accel_program_build(&desc, &program) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(program == nullptr);
}

TEST_CASE("damaged bytes are no program for anybody", "[program]")
{
    const auto instance = fake::make_instance();
    const auto device = fake::find_device(*instance, "fake-cpu");
    accel_device *devices[] = {device.get()};
    accel_program *program = nullptr;
    const char noise[64] = "not a program";
    const accel_program_load_desc desc{sizeof desc, noise, sizeof noise, devices, 1, 0, nullptr, nullptr};
    CHECK(accel_program_load(instance.get(), &desc, &program) == ACCEL_STATUS_CORRUPT);
    accel_fit fit = ACCEL_FIT_FULL;
    CHECK(accel_program_check(instance.get(), &desc, nullptr, &fit) == ACCEL_STATUS_INVALID_ARGUMENT);  // with devices
    accel_program_load_desc bare = desc;
    bare.device_count = 0;
    CHECK(accel_program_check(instance.get(), &bare, nullptr, &fit) == ACCEL_STATUS_CORRUPT);
    CHECK(fit == ACCEL_FIT_NONE);
    bare.bytes = nullptr;
    bare.path = "/nonexistent";
    CHECK(accel_program_check(instance.get(), &bare, nullptr, &fit) == ACCEL_STATUS_NOT_FOUND);
    bare.path = nullptr;
    bare.bytes = noise;
    bare.progress = [](void *, const accel_progress *progress) { return progress->struct_size == sizeof *progress && progress->fraction == 0 && *progress->step ? 1 : 0; };
    CHECK(accel_program_check(instance.get(), &bare, nullptr, &fit) == ACCEL_STATUS_CANCELLED);
}
