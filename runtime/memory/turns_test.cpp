// SPDX-License-Identifier: MIT
// Tests that all queues with a turn are looked at.
#include "turns.h"

#include <catch2/catch_test_macros.hpp>

#include "fake/house.h"
#include "queue/core.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

/// A queue with one submission in flight, which gives a turn back when it is looked at: its run was the last to use lent memory.
struct Flight {
    Flight(House &house, Turns &all) : turns(all)
    {
        accel_device *cpu_device = house.cpu_device.get();
        accel_buffer_import_desc lent{};
        lent.struct_size = sizeof lent;
        lent.kind = ACCEL_HANDLE_KIND_HOST_POINTER;
        lent.fd = -1;
        lent.host_pointer = memory;
        lent.size_bytes = sizeof memory;
        lent.devices = &cpu_device;
        lent.device_count = 1;
        lent.access = ACCEL_ACCESS_READ;
        lent.release = [](void *user) { static_cast<Flight *>(user)->turns.give_back(static_cast<Flight *>(user)->turn); };
        lent.release_user = this;
        Buffer in, out;
        REQUIRE(accel_buffer_import(&lent, in.out()) == ACCEL_STATUS_OK);
        house.make_buffer(out);
        const auto program = make_program(*house.instance, {house.cpu_device}, 1, 1, {{0, 5, {{kPort, 0}}, {{kPort, 1}}}});
        Run run;
        make_run(program.get(), in, out, run);
        accel_queue_desc desc{};
        desc.struct_size = sizeof desc;
        desc.devices = &cpu_device;
        desc.device_count = 1;
        REQUIRE(accel_queue_create(&desc, queue.out()) == ACCEL_STATUS_OK);
        house.make_fence(fence);
        REQUIRE(submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
    }
    Turns &turns;
    Turn turn;
    uint8_t memory[16] = {};
    Queue queue;
    Fence fence;
};

}  // namespace

TEST_CASE("R-10 looking at turns leaves none out", "[queue]")
{
    House house;
    Turns turns;
    Flight first(house, turns), second(house, turns), third(house, turns), fourth(house, turns);
    const Flight *before = nullptr;
    for (Flight *flight : {&first, &second, &third, &fourth}) {
        const accel_fence_point wait{before ? before->fence.it : nullptr, 1};
        REQUIRE(turns.take(flight->turn, flight->queue.it->core(), 0, {&wait, before ? 1u : 0u}));
        before = flight;
    }
    // All have ended, and nobody has looked.
    SECTION("when it is asked whether any is left") { CHECK(turns.idle()); }
    SECTION("before the next submission")
    {
        turns.look(second.queue.it->core());
        for (const Flight *flight : {&first, &third, &fourth}) CHECK_FALSE(flight->turn.worker);
        CHECK(second.turn.worker);
        CHECK(turns.idle());
    }
    SECTION("while one is at work")
    {
        cpu().gated = true;
        CHECK_FALSE(turns.idle());
        cpu().gated = false;
        CHECK(turns.idle());
    }
}
