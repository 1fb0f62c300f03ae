// SPDX-License-Identifier: MIT
// Remarks of modules about single nodes, in the placement report of built and of loaded programs.
#include <catch2/catch_test_macros.hpp>

#include "compiler/testing/builder.h"
#include "fake/fake_compiler.h"
#include "model/model.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

constexpr uint32_t kNpu = ACCEL_OPERATION_RELU, kCpu = ACCEL_OPERATION_EXP;

/// npu0, cpu0, npu1, cpu1 …, which are two segments.
Ref<accel_model> make_model(accel_instance &instance, uint32_t branches)
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4});
    for (uint32_t i = 0; i < branches; ++i) {
        const std::string number = std::to_string(i);
        const uint32_t a = b.tensor("a" + number, ACCEL_TYPE_F32, {4}), out = b.tensor("b" + number, ACCEL_TYPE_F32, {4});
        b.node("npu" + number, kNpu, {x}, {a});
        b.node("cpu" + number, kCpu, {a}, {out});
        b.output(out);
    }
    const GraphDesc desc(b.graph);
    const accel_entry_desc entry{"", &desc.get()};
    const accel_model_desc wanted{sizeof wanted, &entry, 1, sizeof entry, nullptr, nullptr};
    accel_model *made = nullptr;
    REQUIRE(accel_model_create(&instance, &wanted, &made) == ACCEL_STATUS_OK);
    return Ref<accel_model>::adopt(made);
}

std::string remark_about(accel_program *program, const std::string &node)
{
    accel_placement row{};
    row.struct_size = sizeof row;
    for (uint32_t i = 0; accel_program_placement(program, 0, i, &row) == ACCEL_STATUS_OK; ++i) {
        if (row.node == node) return row.remark;
    }
    return "no such node";
}

enum accel_status append(void *user, const void *bytes, size_t byte_count)
{
    const auto *first = static_cast<const uint8_t *>(bytes);
    static_cast<std::vector<uint8_t> *>(user)->insert(static_cast<std::vector<uint8_t> *>(user)->end(), first, first + byte_count);
    return ACCEL_STATUS_OK;
}

}  // namespace

TEST_CASE("P-12 what a module says of a node while it loads is in the node's row", "[remarks][program]")
{
    const auto instance = fake::make_building_instance();
    const auto npu = fake::find_device(*instance, "fake-npu"), cpu = fake::find_device(*instance, "fake-cpu");
    fake::npu_compiler().operations = {kNpu};
    fake::cpu_compiler().operations = {kCpu};
    fake::npu().remarks = {{0, "dropped"}, {0, "the last\none counts"}, {UINT32_MAX, "no such node"}};
    fake::cpu().remarks = {{1, "slow"}, {0, nullptr}, {2, "no such node"}};
    accel_device *devices[] = {npu.get(), cpu.get()};
    const auto model = make_model(*instance, 2);
    accel_program_desc desc{};
    desc.struct_size = sizeof desc;
    desc.model = model.get();
    desc.devices = devices;
    desc.device_count = 2;
    accel_program *program = nullptr;
    REQUIRE(accel_program_build(&desc, &program) == ACCEL_STATUS_OK);
    const auto built = Ref<accel_program>::adopt(program);
    CHECK(remark_about(program, "npu0") == "the last\\none counts");
    CHECK(remark_about(program, "npu1").empty());
    CHECK(remark_about(program, "cpu0").empty());
    CHECK(remark_about(program, "cpu1") == "slow");

    // They are the loading machine's, not the file's.
    std::vector<uint8_t> saved;
    REQUIRE(accel_program_save(program, append, &saved) == ACCEL_STATUS_OK);
    fake::npu().remarks = {{1, "other"}};
    fake::cpu().remarks.clear();
    accel_program_load_desc load{};
    load.struct_size = sizeof load;
    load.bytes = saved.data();
    load.byte_count = saved.size();
    load.devices = devices;
    load.device_count = 2;
    REQUIRE(accel_program_load(instance.get(), &load, &program) == ACCEL_STATUS_OK);
    const auto loaded = Ref<accel_program>::adopt(program);
    CHECK(remark_about(program, "npu0").empty());
    CHECK(remark_about(program, "npu1") == "other");
    CHECK(remark_about(program, "cpu1").empty());

    RemarkTaker::take(0, 0, "outside of a load");  // nobody takes it
    fake::npu().remarks.clear();
}
