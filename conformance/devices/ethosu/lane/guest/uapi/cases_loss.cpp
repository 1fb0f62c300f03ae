// SPDX-License-Identifier: MIT
// A device that does not come out of its reset, and one that the driver lets go of.
#include <cerrno>
#include <string>

#include "binding.h"
#include "device.h"
#include "harness.h"
#include "player.h"
#include "stream.h"

namespace accel::uapi {
namespace {

using lane::Fault;
constexpr size_t kPage = 4096;
constexpr int kPatience_ms = 8000;

// Streams and buffers for copies of one page.
struct Copies {
    explicit Copies(const Device &opened) : device(opened),
                                            from(device, kPage)
    {
        require_errno(device.create_stream(copy_stream(kPage), stream), 0, "CMDSTREAM_BO_CREATE");
    }

    int submit(const Buffer &to) const { return device.submit({make_job(stream, {{0, from.handle()}, {1, to.handle()}})}); }

    void require_right(Buffer &to, uint8_t value)
    {
        from.fill(value);
        require_errno(submit(to), 0, "SUBMIT");
        require_errno(device.wait(to.handle(), kPatience_ms * kMillisecond_ns), 0, "BO_WAIT");
        require(to.holds(value, kPage), "the output is wrong");
    }

    const Device &device;
    Buffer from;
    uint32_t stream = 0;
};

void require_cancelled(const File &fence, int64_t begin_ns, const std::string &which)
{
    require(poll_sync_file(fence.fd(), kPatience_ms), "the fence of " + which + " did not signal");
    note("fence of " + which + ": " + std::to_string(sync_file_status(fence.fd())) + " after " +
         std::to_string((now_ns() - begin_ns) / kMillisecond_ns) + " ms");
    require_equal(sync_file_status(fence.fd()), -ECANCELED, "status of " + which);
}

UAPI_CASE(reset_fails, "loss-reset-never-completes")
{
    Player player;
    const Device device = Device::open_first();
    Copies copies(device);
    Buffer lost(device, kPage), behind(device, kPage), next(device, kPage);
    const uint32_t stuck = player.stuck_resets();
    player.order(Fault::Dead);
    int64_t begin_ns = now_ns();
    require_errno(copies.submit(lost), 0, "SUBMIT");
    const File fence = export_sync_file(lost.dma_buf(), kDmaBufSyncRead);
    require_errno(copies.submit(behind), 0, "SUBMIT behind it");
    const File fence_behind = export_sync_file(behind.dma_buf(), kDmaBufSyncRead);
    require_cancelled(fence, begin_ns, "the job that hung");
    require_cancelled(fence_behind, begin_ns, "the job behind it");
    begin_ns = now_ns();
    require_errno(copies.submit(next), ETIMEDOUT, "SUBMIT to a device that stays in its reset");
    note("SUBMIT told after " + std::to_string((now_ns() - begin_ns) / kMillisecond_ns) + " ms");
    require(player.stuck_resets() >= stuck + 2, "the driver did not try a reset");
    player.open_gate();
    copies.require_right(next, 0x71);
}

UAPI_CASE(unbound, "loss-driver-lets-go")
{
    Binding binding;
    {
        const Device device = Device::open_first();
        Copies copies(device);
        Buffer to(device, kPage);
        copies.require_right(to, 0x72);
        binding.unbind();
        require_errno(copies.submit(to), EACCES, "SUBMIT after the driver let go");
        require_errno(device.wait(to.handle(), kMillisecond_ns), 0, "BO_WAIT, which does not tell");
    }
    binding.bind();
    const Device device = Device::open_first();
    Copies copies(device);
    Buffer to(device, kPage);
    copies.require_right(to, 0x73);
}

}  // namespace
}  // namespace accel::uapi
