// SPDX-License-Identifier: MIT
// The device through libaccel: listed, usable, pollable, ordered with others.
#include <poll.h>
#include <unistd.h>

#include <string>

#include "foreign.h"
#include "harness.h"
#include "player.h"
#include "session.h"

namespace accel::guest {
namespace {

using lane::Fault;
using uapi::File;
using uapi::note;
using uapi::Player;
using uapi::require;
using uapi::require_equal;

UAPI_CASE(listed, "accel-lists-device")
{
    const Devices devices;
    const accel_device_info info = devices.npu.info();
    note(std::string(info.id) + ", " + info.name + ", " + info.node + ", driver " + info.driver);
    require((info.flags & ACCEL_DEVICE_FLAG_SIMULATED) == 0, "the device is a simulated one");
    require(std::string(info.node) == "/dev/accel/accel0", "its node is " + std::string(info.node));
    require(std::string(info.driver) == "ethosu", "its driver is " + std::string(info.driver));
    require(std::string(info.target) == "ethos-u65-256", "its target is " + std::string(info.target));
}

// What the suite's cases of dma-bufs and sync_files run for: without the claim they would be skipped, with it a skip is a failure.
UAPI_CASE(claims, "accel-claims-dma-buf-and-sync-file")
{
    const Devices devices;
    devices.npu.open();
    const accel_device_info info = devices.npu.info();
    const uint32_t sync_file = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
    require((info.buffer_export_kinds & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF)) != 0, "buffers are not exported as dma-buf");
    require((info.fence_export_kinds & sync_file) != 0, "fences are not exported as sync_file");
    require((info.fence_wait_kinds & sync_file) != 0, "work does not wait for sync_files");
}

UAPI_CASE(runs, "accel-runs-program")
{
    const Devices devices;
    Session session(devices);
    for (const uint8_t value : {1, 100, 200}) require_right_run(session, value);
}

// Exports the fence as sync_file as soon as the work is in the kernel.
File export_when_ready(const Fence &fence, uint64_t value)
{
    for (int i = 0; i < 1000; ++i) {
        int fd = -1;
        const accel_status status = accel_fence_export(fence.get(), value, ACCEL_HANDLE_KIND_SYNC_FILE, &fd);
        if (status == ACCEL_STATUS_OK) return File(fd);
        require(status == ACCEL_STATUS_NOT_READY, "export as sync_file: " + last_error());
        usleep(1000);
    }
    throw uapi::Failure("the work did not reach the kernel within a second");
}

UAPI_CASE(polls, "accel-polls-sync-file")
{
    Player player;
    const Devices devices;
    Session session(devices);
    session.fill_input(42);
    const Fence fence = Fence::create(devices.instance, ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE));
    player.order(Fault::Hold);
    const uint64_t value = session.submit(fence);
    const File sync_file = export_when_ready(fence, value);
    require(!uapi::poll_sync_file(sync_file.fd(), 30), "the sync_file signalled before the job ended");
    require(accel_fence_error(fence.get(), value) == ACCEL_STATUS_NOT_READY, "the fence did too");
    player.open_gate();
    require(uapi::poll_sync_file(sync_file.fd(), 5000), "the sync_file did not signal");
    require_equal(uapi::sync_file_status(sync_file.fd()), 1, "its status");
    require(fence.wait(value, kPatience_ns), "the fence did not follow");
    require(session.output_holds(42), "the output is wrong");
}

// A dma-buf is writable, says poll, when nobody reads it: the bridge must have left the job's fence on its input.
UAPI_CASE(input_fenced, "accel-fences-inputs")
{
    Player player;
    const Devices devices;
    Session session(devices);
    int exported = -1;
    check(accel_buffer_export(session.input().get(), ACCEL_HANDLE_KIND_DMA_BUF, &exported));
    const File dma_buf(exported);
    const auto writable = [&](int timeout_ms) {
        pollfd wanted{dma_buf.fd(), POLLOUT, 0};
        return poll(&wanted, 1, timeout_ms) == 1 && (wanted.revents & POLLOUT) != 0;
    };
    require(writable(0), "the input is busy before any work");
    const Fence fence = Fence::create(devices.instance);
    player.order(Fault::Hold);
    const uint32_t started = player.jobs_started();
    const uint64_t value = session.submit(fence);
    require(player.wait_started(started + 1), "the job did not start");
    require(!writable(30), "others may write the input while the job reads it");
    player.open_gate();
    require(writable(5000), "the input stays busy");
    require(fence.wait(value, kPatience_ns), "the job did not end");
}

UAPI_CASE(udmabuf, "accel-import-udmabuf-unsupported")
{
    const Devices devices;
    constexpr size_t kSize_bytes = 65536;
    const File foreign = uapi::make_udmabuf(kSize_bytes);
    accel_device *const list[] = {devices.npu.get()};
    auto desc = sized<accel_buffer_import_desc>();
    desc.kind = ACCEL_HANDLE_KIND_DMA_BUF;
    desc.fd = foreign.fd();
    desc.size_bytes = kSize_bytes;
    desc.devices = list;
    desc.device_count = 1;
    desc.access = ACCEL_ACCESS_READ;
    accel_buffer *buffer = nullptr;
    const accel_status status = accel_buffer_import(&desc, &buffer);
    require(status == ACCEL_STATUS_UNSUPPORTED, std::string("import gave ") + accel_status_name(status));
    const std::string reason = last_error();
    note(reason);
    // What the driver does, and the way that works.
    for (const char *part : {"EINVAL", "IOMMU", "create the buffer on this device", "export"})
        require(reason.find(part) != std::string::npos, std::string("the reason does not say '") + part + "'");
}

UAPI_CASE(vgem, "accel-waits-for-vgem-fence")
{
    Player player;
    const Devices devices;
    Session session(devices);
    uapi::VgemFence foreign;
    foreign.attach();
    const File sync_file = uapi::export_sync_file(foreign.dma_buf(), uapi::kDmaBufSyncRead);
    const Fence before = Fence::from_sync_file(devices.instance, sync_file.fd());
    const Fence fence = Fence::create(devices.instance);
    const uint32_t started = player.jobs_started();
    const uint64_t value = session.submit(fence, {before.at(1)});
    require(!fence.wait(value, 100'000'000), "the work ended before the fence it waits for");
    require_equal(player.jobs_started(), started, "jobs started before the fence");
    session.fill_input(77);
    foreign.signal();
    require(fence.wait(value, kPatience_ns), "the work did not run after the fence");
    require(session.output_holds(77), "the work read its input before the fence");
}

}  // namespace
}  // namespace accel::guest
