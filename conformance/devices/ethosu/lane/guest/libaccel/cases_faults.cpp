// SPDX-License-Identifier: MIT
// Failing jobs and dying processes through libaccel.
#include <unistd.h>

#include <string>

#include "harness.h"
#include "player.h"
#include "process.h"
#include "session.h"

namespace accel::guest {
namespace {

using lane::Fault;
using uapi::note;
using uapi::Player;
using uapi::require;
using uapi::spawn;
using uapi::wait_status;

constexpr uint32_t kFailAfter_ms = 30;

constexpr useconds_t kLonger_us = 700'000;  // than the driver's patience

void fails(Fault fault, accel_status expected)
{
    Player player;
    const Devices devices;
    Session session(devices);
    require_right_run(session, 3);
    session.fill_input(4);
    player.order(fault, kFailAfter_ms);
    const accel_status status = session.run_once();
    note(std::string("the fence failed with ") + accel_status_name(status));
    require(status == expected, std::string("a failed job ended with ") + accel_status_name(status));
    require_right_run(session, 5);
}

UAPI_CASE(hang, "accel-survives-hang") { fails(Fault::Hang, ACCEL_STATUS_JOB_TIMEOUT); }
UAPI_CASE(bus_error, "accel-survives-bus-error") { fails(Fault::BusError, ACCEL_STATUS_JOB_FAILED); }
UAPI_CASE(parse_error, "accel-survives-parse-error") { fails(Fault::ParseError, ACCEL_STATUS_JOB_FAILED); }

// How a job ended does not depend on when somebody asks.
UAPI_CASE(late_question, "accel-fault-is-no-hang-when-asked-late")
{
    Player player;
    const Devices devices;
    Session session(devices);
    require_right_run(session, 3);
    session.fill_input(4);
    player.order(Fault::BusError, kFailAfter_ms);
    const Fence fence = Fence::create(devices.instance);
    const uint64_t value = session.submit(fence);
    usleep(kLonger_us);
    const accel_status status = accel_fence_wait(fence.get(), value, kPatience_ns);
    require(status == ACCEL_STATUS_JOB_FAILED, std::string("a fault that was asked about late is told as ") + accel_status_name(status));
    require_right_run(session, 5);
}

// Slow work that makes progress is no failure, however long it takes.
UAPI_CASE(crawl, "accel-slow-job")
{
    Player player;
    const Devices devices;
    Session session(devices);
    player.order(Fault::Crawl, 1200);
    require_right_run(session, 6);
}

// Before this process has an instance of its own: a child may not use its parent's.
UAPI_CASE(two_processes, "accel-two-processes-at-once")
{
    pid_t children[2];
    for (int i = 0; i < 2; ++i)
        children[i] = spawn([i] {
            const Devices devices;
            Session session(devices);
            for (int run = 0; run < 20; ++run) require_right_run(session, static_cast<uint8_t>(100 * i + run));
        });
    for (const pid_t child : children) uapi::require_equal(wait_status(child), 0, "status of a process");
}

UAPI_CASE(killed, "accel-process-killed-in-mid-job")
{
    Player player;
    player.order(Fault::Hold);
    const uint32_t started = player.jobs_started();
    const pid_t child = spawn([] {
        const Devices devices;
        Session session(devices);
        session.run_once();
    });
    uapi::kill_in_mid_job(player, started, child);
    const Devices devices;
    Session session(devices);
    require_right_run(session, 9);
}

}  // namespace
}  // namespace accel::guest
