// SPDX-License-Identifier: MIT
// Several processes on one device, and processes that die.
#include <unistd.h>

#include <fstream>
#include <string>

#include "device.h"
#include "harness.h"
#include "player.h"
#include "process.h"
#include "stream.h"

namespace accel::uapi {
namespace {

using lane::Fault;
constexpr size_t kPage = 4096;
constexpr int64_t kPatience_ns = 5000 * kMillisecond_ns;

void copy_once(const Device &device, uint8_t value)
{
    Buffer from(device, kPage), to(device, kPage);
    from.fill(value);
    uint32_t stream = 0;
    require_errno(device.create_stream(copy_stream(kPage), stream), 0, "CMDSTREAM_BO_CREATE");
    require_errno(device.submit({make_job(stream, {{0, from.handle()}, {1, to.handle()}})}), 0, "SUBMIT");
    require_errno(device.wait(to.handle(), kPatience_ns), 0, "BO_WAIT");
    require(to.holds(value, kPage), "an output is wrong");
    device.close_handle(stream);
}

long free_contiguous_kib()
{
    std::ifstream lines("/proc/meminfo");
    std::string name;
    long value = 0;
    while (lines >> name >> value) {
        if (name == "CmaFree:") return value;
        lines.ignore(64, '\n');
    }
    return -1;
}

UAPI_CASE(two_processes, "two-processes-at-once")
{
    constexpr int kProcesses = 2, kJobs = 40;
    pid_t children[kProcesses];
    for (int i = 0; i < kProcesses; ++i)
        children[i] = spawn([i] {
            const Device device = Device::open_first();
            for (int job = 0; job < kJobs; ++job) copy_once(device, static_cast<uint8_t>(0x40 * (i + 1) + job));
        });
    for (const pid_t child : children) require_equal(wait_status(child), 0, "status of a process");
}

// Kills a process whose job runs under `fault`, then checks the device and that its memory came back.
void kill_under(Fault fault)
{
    Player player;
    const Device device = Device::open_first();
    copy_once(device, 0x10);
    const long before_kib = free_contiguous_kib();
    player.order(fault);
    const uint32_t started = player.jobs_started();
    const pid_t child = spawn([] {
        const Device own = Device::open_first();
        Buffer from(own, 256 * kPage), to(own, 256 * kPage);
        uint32_t stream = 0;
        require_errno(own.create_stream(copy_stream(kPage), stream), 0, "CMDSTREAM_BO_CREATE");
        require_errno(own.submit({make_job(stream, {{0, from.handle()}, {1, to.handle()}}),
                                  make_job(stream, {{0, from.handle()}, {1, to.handle()}})}),
                      0, "SUBMIT");
        pause();
    });
    kill_in_mid_job(player, started, child);
    copy_once(device, 0x20);
    // The last references go with the scheduler's clean-up, a little later.
    for (int i = 0; i < 100 && free_contiguous_kib() < before_kib; ++i) usleep(20000);
    note("free contiguous memory before and after: " + std::to_string(before_kib) + " and " +
         std::to_string(free_contiguous_kib()) + " KiB");
    require(free_contiguous_kib() + 64 >= before_kib, "the dead process's buffers did not come back");
}

UAPI_CASE(killed, "process-killed-in-mid-job") { kill_under(Fault::Hold); }
UAPI_CASE(killed_hung, "process-killed-with-hung-job") { kill_under(Fault::Hang); }

}  // namespace
}  // namespace accel::uapi
