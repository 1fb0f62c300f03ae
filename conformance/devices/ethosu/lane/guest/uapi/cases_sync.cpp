// SPDX-License-Identifier: MIT
// Fences of implicitly synchronised jobs made explicit through dma-buf, and the hazard that they close.
#include <cerrno>

#include "device.h"
#include "harness.h"
#include "player.h"
#include "stream.h"

namespace accel::uapi {
namespace {

using lane::Fault;
constexpr size_t kPage = 4096;
constexpr int64_t kPatience_ns = 5000 * kMillisecond_ns;

// Two buffers and a job that copies one to the other.
struct CopyJob {
    CopyJob() : from(device, kPage),
                to(device, kPage)
    {
        require_errno(device.create_stream(copy_stream(kPage), stream), 0, "CMDSTREAM_BO_CREATE");
    }
    void submit()
    {
        require_errno(device.submit({make_job(stream, {{0, from.handle()}, {1, to.handle()}})}), 0, "SUBMIT");
    }
    Device device = Device::open_first();
    Buffer from, to;
    uint32_t stream = 0;
};

UAPI_CASE(wait_times_out, "wait-times-out-while-job-runs")
{
    Player player;
    CopyJob job;
    player.order(Fault::Hold);
    job.submit();
    require_errno(job.device.wait(job.to.handle(), 0), ETIME, "poll of a busy object");
    const int64_t begin_ns = now_ns();
    require_errno(job.device.wait(job.to.handle(), 50 * kMillisecond_ns), ETIME, "wait for a busy object");
    require(now_ns() - begin_ns >= 45 * kMillisecond_ns, "the wait came back before its time");
    player.open_gate();
    require_errno(job.device.wait(job.to.handle(), kPatience_ns), 0, "wait after the gate was opened");
}

UAPI_CASE(out_fence, "sync-file-of-output")
{
    Player player;
    CopyJob job;
    job.from.fill(0x21);
    player.order(Fault::Hold);
    job.submit();
    const File fence = export_sync_file(job.to.dma_buf(), kDmaBufSyncRead);
    require_equal(sync_file_status(fence.fd()), 0, "status of a running job's fence");
    require(!poll_sync_file(fence.fd(), 30), "the fence signalled before the job ended");
    player.open_gate();
    require(poll_sync_file(fence.fd(), 5000), "the fence did not signal");
    require_equal(sync_file_status(fence.fd()), 1, "status of a finished job's fence");
    require(job.to.holds(0x21, kPage), "the output is wrong when the fence signals");
}

UAPI_CASE(idle_fence, "sync-file-of-idle-object")
{
    const CopyJob job;
    const File fence = export_sync_file(job.to.dma_buf(), kDmaBufSyncRead);
    require(poll_sync_file(fence.fd(), 0), "the fence of an idle object is not signalled");
    require_equal(sync_file_status(fence.fd()), 1, "its status");
}

/// Submits a job whose input is 1, and that does not read it before the gate opens. The number of jobs that had started before.
uint32_t submit_held(Player &player, CopyJob &job)
{
    job.from.fill(0x01);
    player.order(Fault::Hold);
    const uint32_t started = player.jobs_started();
    job.submit();
    return started;
}

UAPI_CASE(race, "war-race-without-bridge")
{
    Player player;
    CopyJob job;
    const uint32_t started = submit_held(player, job);
    require(player.wait_started(started + 1), "the job did not start");
    // The driver puts no fence on inputs: the wait says "idle" although the job has still to read.
    require_errno(job.device.wait(job.from.handle(), 0), 0, "wait for the input");
    job.from.fill(0x02);
    player.open_gate();
    require_errno(job.device.wait(job.to.handle(), kPatience_ns), 0, "wait for the output");
    require(job.to.holds(0x02, kPage), "the job read the old input: no race to close");
    note("the write after the wait reached the running job: the race is real");
}

UAPI_CASE(no_race, "war-no-race-with-bridge")
{
    Player player;
    CopyJob job;
    const uint32_t started = submit_held(player, job);
    const File fence = export_sync_file(job.to.dma_buf(), kDmaBufSyncRead);
    require_errno(import_sync_file(job.from.dma_buf(), fence.fd(), kDmaBufSyncRead), 0, "import as a reader's fence");
    require(player.wait_started(started + 1), "the job did not start");
    require_errno(job.device.wait(job.from.handle(), 50 * kMillisecond_ns), ETIME, "wait for the input that is read");
    player.open_gate();
    require_errno(job.device.wait(job.from.handle(), kPatience_ns), 0, "wait for the input");
    job.from.fill(0x02);
    require_errno(job.device.wait(job.to.handle(), kPatience_ns), 0, "wait for the output");
    require(job.to.holds(0x01, kPage), "the job read the new input in spite of the fence");
}

// Another job that writes the input is held back as well: the bridge works between clients of the kernel's own rules.
UAPI_CASE(writer_waits, "war-second-job-waits")
{
    Player player;
    CopyJob job;
    Buffer other(job.device, kPage);
    job.from.fill(0x01);
    other.fill(0x03);
    player.order(Fault::Hold);
    const uint32_t started = player.jobs_started();
    job.submit();
    const File fence = export_sync_file(job.to.dma_buf(), kDmaBufSyncRead);
    require_errno(import_sync_file(job.from.dma_buf(), fence.fd(), kDmaBufSyncRead), 0, "import as a reader's fence");
    require_errno(job.device.submit({make_job(job.stream, {{0, other.handle()}, {1, job.from.handle()}})}), 0,
                  "SUBMIT of the job that overwrites the input");
    require(player.wait_started(started + 1), "the first job did not start");
    require(!poll_sync_file(fence.fd(), 30), "the first job ended while held");
    require_equal(player.jobs_started(), started + 1, "jobs started while the first is held");
    player.open_gate();
    require_errno(job.device.wait(job.from.handle(), kPatience_ns), 0, "wait for the overwritten input");
    require(job.to.holds(0x01, kPage), "the first job read what the second wrote");
    require(job.from.holds(0x03, kPage), "the second job did not write");
}

}  // namespace
}  // namespace accel::uapi
