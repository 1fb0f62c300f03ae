// SPDX-License-Identifier: MIT
// A device behind a transport that copies: what its module forgot to describe or to carry is missed there. (`--device ethosu-carried`, and every chapter with it.)
#include "suite/case.h"
#include "suite/child.h"
#include "support/module_door.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

void need_copies(const DoorDevice &device)
{
    if (!device.copies()) skip("transport.copying", "the device's transport shares memory with the module, which then can forget what it likes");
}

}  // namespace

ACCEL_CASE("module.transport.described", "M-14", "requests that are carried by copying, to a clock that is an hour off, do what they do elsewhere")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    need_copies(device);
    const DoorSum sum(door, device, 512);  // not done before it is waited for
    sum.set(0, 5);
    sum.set(1, 7);
    const DoorQueue queue(device, 1);
    for (int round = 0; round < 3; ++round) {
        uint64_t ticket = 0;
        REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
        CHECK_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
    }
    CHECK(sum.holds(12));
}

ACCEL_CASE("module.transport.shadow", "M-15", "what the CPU wrote is there when the device reads, and what the device wrote when the CPU does, though they share no memory")
{
    const auto &door = ModuleDoor::get();
    const DoorDevice device(door);
    need_copies(device);
    const DoorSum sum(door, device);
    const DoorQueue queue(device, 1);
    sum.set(1, 1);
    for (int value = 1; value < 6; ++value) {
        sum.set(0, value);
        uint64_t ticket = 0;
        REQUIRE_STATUS(queue.submit(sum, &ticket), ACCEL_STATUS_OK);
        REQUIRE_STATUS(queue.wait(ticket, kLong), ACCEL_STATUS_OK);
        CHECK(sum.holds(value + 1));
    }
}

}  // namespace accel::conformance
