// SPDX-License-Identifier: MIT
// Modules that answer OK and hand out nothing.
#include <accel/border/fd.h>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>

#include "base/clock.h"
#include "fake/fake_backend.h"
#include "fake/house.h"
#include "fence/fence.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

TEST_CASE("M-3 M-9 a module that answers OK and gives nothing is found out", "[queue]")
{
    Shop shop(2);
    auto &[house, a, b, program, run, queue, fence] = shop;
    Queue next;
    Fence good;
    house.make_fence(good);
    npu().blank = true;
    void *memory = nullptr;
    CHECK(fake::map(a, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_INTERNAL);
    accel_device *const device = house.npu_device.get();
    accel_queue_desc desc{};
    desc.struct_size = sizeof desc;
    desc.devices = &device;
    desc.device_count = 1;
    CHECK(accel_queue_create(&desc, next.out()) == ACCEL_STATUS_INTERNAL);
    // Nobody could wait for that ticket: the submission fails, and the queue is of no use any more.
    CHECK(submit(queue, run, fence, 1) == ACCEL_STATUS_INTERNAL);
    npu().blank = false;
    CHECK(submit(queue, run, good, 1) == ACCEL_STATUS_CONTEXT_LOST);
    house.make_queue(next, false);
    REQUIRE(submit(next, run, good, 1) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(good, 1, kSecondNs) == ACCEL_STATUS_OK);
}

namespace {

/// Whose devices claim to give descriptors.
struct GivingHouse : House {
    GivingHouse() { npu().gives_fds = true; }
};

std::string last_error() { return std::string(accel_last_error()->rule) + " " + accel_last_error()->message; }

}  // namespace

TEST_CASE("M-9 a descriptor that a module answers OK to and does not give is found out", "[queue]")
{
    GivingHouse house;
    accel_device *const device = house.npu_device.get();
    accel_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.size_bytes = 16;
    desc.devices = &device;
    desc.device_count = 1;
    desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF);
    Buffer a, b;
    const accel_status created = accel_buffer_create(&desc, a.out());
    INFO(last_error());
    REQUIRE(created == ACCEL_STATUS_OK);
    house.make_buffer(b);
    accel::border::Fd given;
    int fd = -7;
    REQUIRE(accel_buffer_export(a, ACCEL_HANDLE_KIND_DMA_BUF, &fd) == ACCEL_STATUS_OK);
    given = accel::border::Fd(std::exchange(fd, -7));
    const auto program = house.single();
    Run run;
    make_run(program.get(), a, b, run);
    Queue queue;
    house.make_queue(queue, false);
    Fence fence;
    *fence.out() = new accel_fence(house.instance.get(), 0, ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE));  // no kernel device is listed, so accel_fence_create makes none
    npu().gated = true;
    REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_export(fence, 1, ACCEL_HANDLE_KIND_SYNC_FILE, &fd) == ACCEL_STATUS_OK);
    given = accel::border::Fd(std::exchange(fd, -7));
    npu().blank = true;
    CHECK(accel_buffer_export(a, ACCEL_HANDLE_KIND_DMA_BUF, &fd) == ACCEL_STATUS_INTERNAL);
    CHECK(last_error() == "M-9 module 'fake-npu' answered OK to 'buffer_export' without a descriptor");
    CHECK(accel_fence_export(fence, 1, ACCEL_HANDLE_KIND_SYNC_FILE, &fd) == ACCEL_STATUS_INTERNAL);
    CHECK(last_error() == "M-9 module 'fake-npu' answered OK to 'queue_fence' without a descriptor");
    npu().blank = false;
    npu().release();
    npu().gated = false;
    CHECK(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
}

TEST_CASE("A-22 what a module throws ends no process: slots that answer nothing", "[queue]")
{
    for (const char *slot : {"buffer_destroy", "buffer_unmap", "program_unload", "run_destroy", "queue_destroy", "device_close"}) {
        INFO(slot);
        const int before = npu().live_count;
        {
            Shop shop(1);
            void *memory = nullptr;
            REQUIRE(fake::map(shop.in, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_OK);
            REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
            CHECK(accel_fence_wait(shop.fence, 1, kSecondNs) == ACCEL_STATUS_OK);
            npu().throws = slot;
        }
        npu().throws = nullptr;
        CHECK(npu().live_count == before);
    }
}

TEST_CASE("A-22 what a module throws ends no process: slots that a queue calls", "[queue]")
{
    const auto told = [](const char *slot) {
        Shop shop(1);
        npu().throws = slot;
        const accel_status submitted = submit(shop.queue, shop.run, shop.fence, 1);
        const accel_status status = submitted == ACCEL_STATUS_OK ? accel_fence_wait(shop.fence, 1, kSecondNs) : submitted;
        const std::string said = accel_last_error()->message;
        npu().throws = nullptr;
        CHECK(status == ACCEL_STATUS_INTERNAL);
        UNSCOPED_INFO(said);
        CHECK(said.find(std::string("module 'fake-npu' threw an exception out of '") + slot + "': a fault of the fake") != std::string::npos);
    };
    told("queue_submit");
    told("queue_wait");
    Shop shop(1);
    npu().gated = true;
    REQUIRE(submit(shop.queue, shop.run, shop.fence, 1) == ACCEL_STATUS_OK);
    npu().throws = "queue_cancel";
    accel_queue_cancel(shop.queue);
    npu().throws = nullptr;
    npu().gated = false;
    CHECK(accel_fence_wait(shop.fence, 1, kSecondNs) == ACCEL_STATUS_OK);
}
