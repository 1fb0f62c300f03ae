// SPDX-License-Identifier: MIT
// Where a saved program runs, when several devices are of one module, and when a module is a device alone.
#include "devices.h"

#include <catch2/catch_test_macros.hpp>

#include "base/check.h"
#include "fake/fake_compiler.h"
#include "fake/house.h"
#include "saved.h"
#include "testing/saved_sample.h"

using namespace accel::runtime;
using accel::runtime::testing::Bytes;

namespace {

using Ids = std::vector<std::string>;

/// One part each on two NPUs, which were called so where the program was built.
Bytes save_for(const Ids &ids)
{
    const auto instance = fake::make_building_instance(2);
    std::vector<Value> values(1);
    values[0].layout = fake::vector_layout(16);
    const auto program = fake::make_program(*instance, {fake::find_device(*instance, "fake-npu"), fake::find_device(*instance, "fake-npu-2")}, 1, 1,
                                            {{0, 1, {{fake::kPort, 0}}, {{fake::kValue, 0}}}, {1, 2, {{fake::kValue, 0}}, {{fake::kPort, 1}}}}, values);
    for (size_t place = 0; place < ids.size(); ++place) program->places[place].id = ids[place];
    for (Blob &blob : program->blobs) blob.backend = blob.target = "fake-npu";
    Bytes bytes;
    REQUIRE(write_saved(*program, testing::append, &bytes) == ACCEL_STATUS_OK);
    return bytes;
}

/// Ids of the devices that are found where so many NPUs are; none where that is refused.
Ids find(const Bytes &bytes, uint32_t npu_count)
{
    const auto instance = fake::make_building_instance(npu_count);
    accel_program_load_desc desc{};
    desc.struct_size = sizeof desc;
    desc.bytes = bytes.data();
    desc.byte_count = bytes.size();
    accel_device *devices[2] = {};
    uint32_t count = 99;
    const accel_status status = accel_program_find_devices(instance.get(), &desc, devices, 2, &count);
    INFO(accel_last_error()->message);
    CHECK(status == (count == 2 ? ACCEL_STATUS_OK : ACCEL_STATUS_NOT_FOUND));
    Ids ids;
    for (accel_device *device : devices) {
        if (device) ids.emplace_back(device->entry().id());
        accel_device_unref(device);
    }
    CHECK(ids.size() == count);
    return ids;
}

}  // namespace

TEST_CASE("S-7 two places of one module get two devices, whatever those were called elsewhere", "[saved][program]")
{
    CHECK(find(save_for({"npu@1", "npu@2"}), 3) == Ids{"fake-npu", "fake-npu-2"});
    CHECK(find(save_for({"fake-npu", "npu@2"}), 3) == Ids{"fake-npu", "fake-npu-2"});
    CHECK(find(save_for({"fake-npu", "fake-npu"}), 3) == Ids{"fake-npu", "fake-npu-2"});
}

TEST_CASE("S-7 a place has the device that it was built for, even if an earlier place would take it", "[saved][program]")
{
    CHECK(find(save_for({"fake-npu-2", "fake-npu"}), 3) == Ids{"fake-npu-2", "fake-npu"});
    CHECK(find(save_for({"npu@1", "fake-npu"}), 3) == Ids{"fake-npu-2", "fake-npu"});
}

TEST_CASE("S-7 one device is not used for two places: the sentence says so, and it is closed again", "[saved][program]")
{
    const int before = fake::npu().live_count;  // a device that was abandoned by another test stays
    for (const Ids &ids : {Ids{"npu@1", "npu@2"}, Ids{"fake-npu", "npu@2"}, Ids{"npu@1", "fake-npu"}, Ids{"fake-npu", "fake-npu"}}) {
        const Bytes bytes = save_for(ids);
        CHECK(find(bytes, 1).empty());
        const accel_error &error = *accel_last_error();
        CHECK(std::string(error.rule) == "S-7");
        CHECK(std::string(error.message).find("; fake-npu: another part of the program has it") != std::string::npos);
        CHECK(fake::npu().live_count == before);
    }
}

namespace {

/// One part on the NPU, built for that target.
Bytes save_for_target(const char *target)
{
    const auto instance = fake::make_building_instance();
    const auto program = fake::make_program(*instance, {fake::find_device(*instance, "fake-npu")}, 1, 1, {{0, 1, {{fake::kPort, 0}}, {{fake::kPort, 1}}}});
    program->places[0].target = target;
    for (Blob &blob : program->blobs) blob.backend = "fake-npu", blob.target = target;
    Bytes bytes;
    REQUIRE(write_saved(*program, testing::append, &bytes) == ACCEL_STATUS_OK);
    return bytes;
}

}  // namespace

TEST_CASE("S-9 a module that is a device alone finds, checks and loads programs of its target, and no others", "[saved][program]")
{
    const Bytes mine = save_for_target("fake-npu"), other = save_for_target("fake-npu-2000");
    const auto instance = fake::make_instance();  // without compilers
    const auto device = fake::find_device(*instance, "fake-npu");
    accel_device *devices[] = {device.get()};
    const auto load = [&](const Bytes &bytes, accel_program **out) {
        const accel_program_load_desc desc{sizeof desc, bytes.data(), bytes.size(), devices, 1, 0, nullptr, nullptr};
        return accel_program_load(instance.get(), &desc, out);
    };
    accel_program *program = nullptr;
    const accel_status status = load(mine, &program);
    INFO(accel_last_error()->message);
    REQUIRE(status == ACCEL_STATUS_OK);
    accel_program_unref(program);
    program = nullptr;
    CHECK(load(other, &program) == ACCEL_STATUS_INCOMPATIBLE);
    CHECK(program == nullptr);
    CHECK(std::string(accel_last_error()->rule) == "S-4");
    accel_fit fit = ACCEL_FIT_NONE;
    CHECK(fake::check_saved(instance.get(), mine, "fake-npu", &fit) == ACCEL_STATUS_OK);
    CHECK(fit == ACCEL_FIT_FULL);
    CHECK(fake::check_saved(instance.get(), other, "fake-npu", &fit) == ACCEL_STATUS_OK);
    CHECK(fit == ACCEL_FIT_NONE);
    accel_program_load_desc search{};
    search.struct_size = sizeof search;
    search.bytes = mine.data();
    search.byte_count = mine.size();
    accel_device *found = nullptr;
    uint32_t count = 0;
    REQUIRE(accel_program_find_devices(instance.get(), &search, &found, 1, &count) == ACCEL_STATUS_OK);
    CHECK(found == device.get());
    accel_device_unref(found);
}

TEST_CASE("S-9 what a device without a compiler cannot load, it refuses", "[saved][program]")
{
    const auto instance = fake::make_building_instance();
    const auto program = fake::make_program(*instance, {fake::find_device(*instance, "fake-npu")}, 1, 1, {{0, 1, {{fake::kPort, 0}}, {{fake::kPort, 1}}}});
    for (Blob &blob : program->blobs) blob.backend = blob.target = "fake-npu", blob.bytes.resize(3);
    program->places[0].target = "fake-npu";
    Bytes bytes;
    REQUIRE(write_saved(*program, testing::append, &bytes) == ACCEL_STATUS_OK);
    const auto alone = fake::make_instance();
    const auto device = fake::find_device(*alone, "fake-npu");
    accel_device *devices[] = {device.get()};
    accel_program *loaded = nullptr;
    const accel_program_load_desc desc{sizeof desc, bytes.data(), bytes.size(), devices, 1, 0, nullptr, nullptr};
    CHECK(accel_program_load(alone.get(), &desc, &loaded) == ACCEL_STATUS_CORRUPT);
    CHECK(loaded == nullptr);
}
