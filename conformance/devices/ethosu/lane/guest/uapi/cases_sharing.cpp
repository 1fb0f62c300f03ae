// SPDX-License-Identifier: MIT
// Buffers and fences of other drivers.
#include <cerrno>
#include <cstring>
#include <string>

#include "device.h"
#include "foreign.h"
#include "harness.h"
#include "player.h"
#include "stream.h"

namespace accel::uapi {
namespace {

constexpr size_t kPage = 4096;
constexpr int64_t kPatience_ns = 5000 * kMillisecond_ns;

// Buffers are one contiguous piece of memory without an MMU behind them, so foreign ones are refused.
void import_is_refused(int dma_buf, const char *exporter)
{
    const Device device = Device::open_first();
    uint32_t handle = 0;
    const int error = device.import_fd(dma_buf, handle);
    require(error != 0, std::string("the driver took a buffer of ") + exporter);
    require_errno(error, EINVAL, std::string("import from ") + exporter);
    note(std::string("UNSUPPORTED: import from ") + exporter + " is refused (" + strerrorname_np(error) +
         "): the driver has no import_sg_table and the device no IOMMU");
}

UAPI_CASE(udmabuf, "import-udmabuf-unsupported")
{
    const File buffer = make_udmabuf(kPage);
    import_is_refused(buffer.fd(), "udmabuf");
}

UAPI_CASE(vgem_import, "import-vgem-unsupported")
{
    const VgemFence buffer;
    import_is_refused(buffer.dma_buf(), "vgem");
}

UAPI_CASE(self_import, "import-own-buffer")
{
    const Device first = Device::open_first(), second = Device::open_first();
    Buffer buffer(first, kPage), to(second, kPage);
    buffer.fill(0x2d);
    uint32_t handle = 0, stream = 0;
    require_errno(second.import_fd(buffer.dma_buf(), handle), 0, "import of a buffer of the same device");
    require_errno(second.create_stream(copy_stream(kPage), stream), 0, "CMDSTREAM_BO_CREATE");
    require_errno(second.submit({make_job(stream, {{0, handle}, {1, to.handle()}})}), 0, "SUBMIT");
    require_errno(second.wait(to.handle(), kPatience_ns), 0, "BO_WAIT");
    require(to.holds(0x2d, kPage), "the job did not read the shared buffer");
}

UAPI_CASE(vgem_fence, "job-waits-for-vgem-fence")
{
    Player player;
    const Device device = Device::open_first();
    Buffer from(device, kPage), to(device, kPage);
    uint32_t stream = 0;
    require_errno(device.create_stream(copy_stream(kPage), stream), 0, "CMDSTREAM_BO_CREATE");
    VgemFence foreign;
    foreign.attach();
    const File wait_for = export_sync_file(foreign.dma_buf(), kDmaBufSyncRead);
    require_equal(sync_file_status(wait_for.fd()), 0, "status of vgem's fence");
    require_errno(import_sync_file(from.dma_buf(), wait_for.fd(), kDmaBufSyncWrite), 0, "import as a writer's fence");
    const uint32_t started = player.jobs_started();
    require_errno(device.submit({make_job(stream, {{0, from.handle()}, {1, to.handle()}})}), 0, "SUBMIT");
    const File done = export_sync_file(to.dma_buf(), kDmaBufSyncRead);
    require(!poll_sync_file(done.fd(), 100), "the job ended before the fence it waits for");
    require_equal(player.jobs_started(), started, "jobs started before the fence");
    from.fill(0x0f);
    foreign.signal();
    require(poll_sync_file(done.fd(), 5000), "the job did not run after the fence");
    require_equal(sync_file_status(done.fd()), 1, "status of the job's fence");
    require(to.holds(0x0f, kPage), "the job read its input before the fence");
}

}  // namespace
}  // namespace accel::uapi
