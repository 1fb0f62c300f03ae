// SPDX-License-Identifier: MIT
// Where a saved program runs, when several devices are of one module.
#include "program_devices.h"

#include <catch2/catch_test_macros.hpp>

#include "check.h"
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
