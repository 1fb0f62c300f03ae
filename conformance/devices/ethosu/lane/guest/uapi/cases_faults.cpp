// SPDX-License-Identifier: MIT
// Jobs that fail: the fence must say so, and the next job must be right.
#include <cerrno>
#include <string>

#include "device.h"
#include "harness.h"
#include "player.h"
#include "stream.h"

namespace accel::uapi {
namespace {

using lane::Fault;
constexpr size_t kPage = 4096;
constexpr int64_t kPatience_ns = 5000 * kMillisecond_ns;
// A fence that failed before it was exported would be replaced by one that never fails: fail after the export.
constexpr uint32_t kFailAfter_ms = 30;

struct Outcome {
    int status = 0;
    int64_t elapsed_ns = 0;
};

// Runs one job and returns what its fence says.
Outcome run(const Device &device, const std::vector<uint32_t> &words, const Buffer &from, const Buffer &to)
{
    uint32_t stream = 0;
    require_errno(device.create_stream(words, stream), 0, "CMDSTREAM_BO_CREATE");
    const int64_t begin_ns = now_ns();
    require_errno(device.submit({make_job(stream, {{0, from.handle()}, {1, to.handle()}})}), 0, "SUBMIT");
    const File fence = export_sync_file(to.dma_buf(), kDmaBufSyncRead);
    require(poll_sync_file(fence.fd(), 5000), "the fence did not signal within 5 s");
    Outcome outcome{sync_file_status(fence.fd()), now_ns() - begin_ns};
    require_errno(device.wait(to.handle(), kPatience_ns), 0, "BO_WAIT, which does not tell errors");
    device.close_handle(stream);
    note("fence status " + std::to_string(outcome.status) + " after " +
         std::to_string(outcome.elapsed_ns / kMillisecond_ns) + " ms");
    return outcome;
}

void next_job_is_right(const Device &device, Buffer &from, Buffer &to)
{
    from.fill(0x66);
    require_equal(run(device, copy_stream(kPage), from, to).status, 1, "status of the next job's fence");
    require(to.holds(0x66, kPage), "the next job's output is wrong");
}

void fails(Fault fault, const std::vector<uint32_t> &words, int64_t least_ms, int64_t most_ms)
{
    Player player;
    const Device device = Device::open_first();
    Buffer from(device, kPage), to(device, kPage);
    from.fill(0x44);
    player.order(fault, kFailAfter_ms);
    const Outcome outcome = run(device, words, from, to);
    require_equal(outcome.status, -ECANCELED, "status of the failed job's fence");
    require(outcome.elapsed_ns >= least_ms * kMillisecond_ns, "it failed before its time");
    require(outcome.elapsed_ns <= most_ms * kMillisecond_ns, "it failed too late");
    require(to.holds(0, kPage), "the failed job wrote its output");
    next_job_is_right(device, from, to);
}

UAPI_CASE(hang, "fault-hang") { fails(Fault::Hang, copy_stream(kPage), 450, 3000); }
UAPI_CASE(bus_error, "fault-bus-error") { fails(Fault::BusError, copy_stream(kPage), kFailAfter_ms, 450); }
UAPI_CASE(parse_error, "fault-parse-error") { fails(Fault::ParseError, copy_stream(kPage), kFailAfter_ms, 450); }

// The kernel ignores words that it does not know; the hardware does not.
UAPI_CASE(unknown_word, "fault-unknown-opcode")
{
    fails(Fault::Delay, Stream().cmd0(0x0f0).copy(0, 0, 1, 0, kPage).stop().words(), kFailAfter_ms, 450);
}

UAPI_CASE(delay, "slow-job-within-timeout")
{
    Player player;
    const Device device = Device::open_first();
    Buffer from(device, kPage), to(device, kPage);
    from.fill(0x33);
    player.order(Fault::Delay, 200);
    const Outcome outcome = run(device, copy_stream(kPage), from, to);
    require_equal(outcome.status, 1, "status of the fence");
    require(outcome.elapsed_ns >= 200 * kMillisecond_ns, "the job was not slow");
    require(to.holds(0x33, kPage), "the output is wrong");
}

// Longer than the driver's timeout, but the read pointer moves: the driver lets it live.
UAPI_CASE(crawl, "slow-job-with-progress")
{
    Player player;
    const Device device = Device::open_first();
    Buffer from(device, kPage), to(device, kPage);
    from.fill(0x34);
    player.order(Fault::Crawl, 1300);
    const Outcome outcome = run(device, copy_stream(kPage), from, to);
    require_equal(outcome.status, 1, "status of the fence");
    require(outcome.elapsed_ns >= 1300 * kMillisecond_ns, "the job was not slow");
    require(to.holds(0x34, kPage), "the output is wrong");
}

// Jobs behind a hung one wait for the reset and then run.
UAPI_CASE(queue_survives, "fault-hang-with-jobs-behind")
{
    Player player;
    const Device device = Device::open_first();
    Buffer from(device, kPage), lost(device, kPage), kept(device, kPage);
    from.fill(0x13);
    uint32_t stream = 0;
    require_errno(device.create_stream(copy_stream(kPage), stream), 0, "CMDSTREAM_BO_CREATE");
    player.order(Fault::Hang);
    require_errno(device.submit({make_job(stream, {{0, from.handle()}, {1, lost.handle()}}),
                                 make_job(stream, {{0, from.handle()}, {1, kept.handle()}})}),
                  0, "SUBMIT of two jobs");
    const File lost_fence = export_sync_file(lost.dma_buf(), kDmaBufSyncRead);
    const File kept_fence = export_sync_file(kept.dma_buf(), kDmaBufSyncRead);
    require(poll_sync_file(kept_fence.fd(), 5000), "the job behind the hung one did not end");
    require_equal(sync_file_status(lost_fence.fd()), -ECANCELED, "status of the hung job's fence");
    require_equal(sync_file_status(kept_fence.fd()), 1, "status of the job behind it");
    require(kept.holds(0x13, kPage), "the output of the job behind it is wrong");
}

}  // namespace
}  // namespace accel::uapi
