// SPDX-License-Identifier: MIT
// What modules may answer and claim, and what the library makes of it.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <thread>

#include "base/clock.h"
#include "fake/house.h"
#include "fence/fence.h"
#include "share.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

TEST_CASE("M-18 an answer that no ticket ends with is INTERNAL, and what the device may touch stays", "[module]")
{
    for (const accel_status answer : {ACCEL_STATUS_RESOURCE, ACCEL_STATUS_NOT_READY, ACCEL_STATUS_BUSY, ACCEL_STATUS_DEADLINE, ACCEL_STATUS_IO}) {
        INFO(accel_status_name(answer));
        npu().reset();
        const int before = npu().live_count;
        {
            Shop shop(1);
            npu().next_failure = answer;
            REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
            CHECK(accel_fence_wait(shop.fence, 1, kSecondNs) == ACCEL_STATUS_INTERNAL);
            const std::string said = accel_last_error()->message;
            CHECK(said.find(std::string("module 'fake-npu' answered ") + accel_status_name(answer) + " to 'queue_wait', which no ticket ends with (rule M-18)") != std::string::npos);
        }
        // Both buffers, the run, its program and the device.
        CHECK(npu().live_count - before >= 4);
        CHECK(npu().bound_destroyed_count == 0);
    }
}

TEST_CASE("M-18 every other end is handed on, and nothing stays", "[module]")
{
    for (const accel_status answer : {ACCEL_STATUS_CANCELLED, ACCEL_STATUS_JOB_FAILED, ACCEL_STATUS_JOB_TIMEOUT, ACCEL_STATUS_LIMIT, ACCEL_STATUS_OUT_OF_MEMORY}) {
        INFO(accel_status_name(answer));
        npu().reset();
        const int before = npu().live_count;
        {
            Shop shop(1);
            npu().next_failure = answer;
            REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
            CHECK(accel_fence_wait(shop.fence, 1, kSecondNs) == answer);
        }
        CHECK(npu().live_count == before);
    }
}

TEST_CASE("H-2 a run ends before the buffers that it is bound to", "[module]")
{
    Shop shop(1);
    // The run has the last references.
    accel_buffer_unref(shop.in);
    accel_buffer_unref(shop.out);
    shop.in.it = shop.out.it = nullptr;
    const int before = npu().live_count;
    accel_run_unref(shop.run);
    shop.run.it = nullptr;
    CHECK(npu().live_count == before - 3);
    CHECK(npu().bound_destroyed_count == 0);
}

TEST_CASE("a map that is BUSY is asked for again by copies of the CPU", "[module]")
{
    Shop shop(2, Shop::Work::Chain);
    npu().busy_map_count = 3;
    REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(shop.fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(npu().busy_map_count == 0);
    CHECK(first_byte(shop.out) == 113);
}

TEST_CASE("a map that stays BUSY holds a submission up to its deadline and no longer", "[module]")
{
    Shop shop(2, Shop::Work::Chain);
    npu().busy_map_count = UINT32_MAX;
    REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(shop.fence, 1, kSecondNs / 20) == ACCEL_STATUS_TIMEOUT);
    CHECK(accel_queue_cancel(shop.queue) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(shop.fence, 1, kSecondNs) == ACCEL_STATUS_CANCELLED);
    npu().busy_map_count = 0;
}

namespace {

SharePlan plan_of_both(House &house)
{
    std::vector<std::shared_ptr<OpenDevice>> open(2);
    REQUIRE(house.npu_device->entry().open(&open[0]) == ACCEL_STATUS_OK);
    REQUIRE(house.cpu_device->entry().open(&open[1]) == ACCEL_STATUS_OK);
    return plan_share(open);
}

}  // namespace

TEST_CASE("M-19 memory that is not claimed to be coherent reaches no other device by its address", "[module]")
{
    {
        House house;
        CHECK(plan_of_both(house).allocator == 0);
    }
    House house;
    npu().incoherent = true;
    const SharePlan plan = plan_of_both(house);
    CHECK_FALSE(plan.possible());
    CHECK(plan.refused == 0);
}

TEST_CASE("an import that the module refuses for this memory is tried the other way round", "[module]")
{
    House house;
    npu().imports_pointers = true;
    npu().import_align_bytes = 4096;
    cpu().picky_imports = true;
    Buffer buffer;
    make_buffer({house.npu_device.get(), house.cpu_device.get()}, buffer, 100);
    // The CPU has allocated what the NPU could import.
    CHECK(cpu().latest_size_bytes == 4096);
    CHECK(npu().latest_size_bytes == 4096);
    accel_buffer_info info{};
    info.struct_size = sizeof info;
    REQUIRE(accel_buffer_query(buffer, &info) == ACCEL_STATUS_OK);
    CHECK(info.size_bytes == 100);
    CHECK(info.align_bytes == 4096);
}
