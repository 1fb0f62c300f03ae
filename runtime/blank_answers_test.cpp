// SPDX-License-Identifier: MIT
// Modules that answer OK and hand out nothing.
#include <catch2/catch_test_macros.hpp>

#include "clock.h"
#include "fake/fake_backend.h"
#include "fake/house.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

TEST_CASE("M-3 M-9 a module that answers OK and gives nothing is found out", "[queue]")
{
    House house;
    Buffer a, b;
    house.make_buffer(a, 2);
    house.make_buffer(b);
    const auto program = house.single();
    Run run;
    make_run(program.get(), a, b, run);
    Queue queue, next;
    house.make_queue(queue, false);
    Fence fence, good;
    house.make_fence(fence);
    house.make_fence(good);
    npu().blank = true;
    void *memory = nullptr;
    CHECK(accel_buffer_map(a, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_INTERNAL);
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
