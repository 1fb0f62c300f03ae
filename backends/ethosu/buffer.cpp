// SPDX-License-Identifier: MIT
// Buffer objects of the driver: made, mapped, brought and taken, exported.
#include "buffer.h"

#include "drm/span.h"
#include "module/host.h"
#include "uapi/ethosu_accel.h"

#include <cerrno>
#include <cinttypes>
#include <cstddef>

namespace accel::ethosu {

accel_status Buffer::create(const Device &device, uint64_t size_bytes, std::unique_ptr<Buffer> &out)
{
    if (const accel_status fault = module::fault_point("ethosu.buffer"))
        return fault;
    uapi::BoCreate request{size_bytes, 0, 0};
    if (const int error = device.node().request(uapi::kBoCreate, &request))
        return module::fail(drm::status_of(error), "", "no contiguous memory of %" PRIu64 " bytes: errno %d", size_bytes, -error);
    out.reset(new (std::nothrow) Buffer(device, request.handle, request.size));
    if (out)
        return ACCEL_STATUS_OK;
    device.node().close_handle(request.handle);
    return ACCEL_STATUS_OUT_OF_MEMORY;
}

Buffer::~Buffer()
{
    if (pointer_ != nullptr)
        device_.node().unmap(pointer_, size_bytes_);
    device_.node().close_handle(handle_);
}

accel_status Buffer::map(void *&pointer)
{
    const std::lock_guard lock(mutex_);
    if (pointer_ == nullptr) {
        uapi::BoMmapOffset request{handle_, 0, 0};
        int error = device_.node().request(uapi::kBoMmapOffset, &request);
        if (error == 0)
            error = device_.node().map(request.offset, size_bytes_, &pointer_);
        if (error != 0) {
            pointer_ = nullptr;
            return module::fail(drm::status_of(error), "", "mapping %" PRIu64 " bytes failed with errno %d", size_bytes_, -error);
        }
    }
    pointer = pointer_;
    return ACCEL_STATUS_OK;
}

accel_status Buffer::sync(uint64_t offset_bytes, uint64_t size_bytes, uint32_t access) const
{
    const int error = device_.node().sync(static_cast<uint8_t *>(pointer_) + offset_bytes, size_bytes, access);
    return error == 0 ? ACCEL_STATUS_OK : module::fail(drm::status_of(error), "M-15", "%" PRIu64 " bytes could not be carried: errno %d", size_bytes, -error);
}

// Brought for writing as well: what differs from what was brought is what the CPU wrote.
accel_status Buffer::begin_access(const accel_bk_access &access, void *&pointer)
{
    if (const accel_status status = map(pointer))
        return status;
    if (!device_.node().copies())
        return ACCEL_STATUS_OK;
    const std::lock_guard lock(mutex_);
    return bring(access.offset_bytes, access.size_bytes);
}

accel_status Buffer::end_access(const accel_bk_access &access)
{
    if (!device_.node().copies() || (access.access & ACCEL_ACCESS_WRITE) == 0)
        return ACCEL_STATUS_OK;
    const std::lock_guard lock(mutex_);
    return take(access.offset_bytes, access.size_bytes);
}

accel_status Buffer::dma_buf(const drm::Fd *&out)
{
    const std::lock_guard lock(mutex_);
    if (!dma_buf_.valid())
        if (const int error = device_.node().share(handle_, dma_buf_))
            return module::fail(drm::status_of(error), "", "no dma-buf for a buffer: errno %d", -error);
    out = &dma_buf_;
    return ACCEL_STATUS_OK;
}

accel_status Buffer::export_dma_buf(int &fd)
{
    if (!device_.has_fences())
        return module::fail(ACCEL_STATUS_UNSUPPORTED, "", "a simulated device has no dma-buf to export");
    const drm::Fd *shared = nullptr;
    if (const accel_status status = dma_buf(shared))
        return status;
    const auto copy = shared->duplicate();
    if (!copy)
        return module::fail(ACCEL_STATUS_RESOURCE, "", "no file descriptor is left");
    fd = *copy;
    return ACCEL_STATUS_OK;
}

accel_status CommandBuffer::create(const Device &device, std::span<const uint32_t> words, std::unique_ptr<CommandBuffer> &out)
{
    uapi::CmdstreamBoCreate request{};
    request.size = static_cast<uint32_t>(words.size_bytes());
    request.data = reinterpret_cast<uint64_t>(words.data());
    const int error = device.node().request(uapi::kCmdstreamBoCreate, &request,
                                            {drm::span_in(offsetof(uapi::CmdstreamBoCreate, data), words.data(), words.size_bytes())});
    if (error == -EINVAL)
        return module::fail(ACCEL_STATUS_CORRUPT, "M-8", "the driver's validator refuses the command stream");
    if (error != 0)
        return module::fail(drm::status_of(error), "", "the driver takes no command stream: errno %d", -error);
    out.reset(new (std::nothrow) CommandBuffer(device, request.handle));
    if (out)
        return ACCEL_STATUS_OK;
    device.node().close_handle(request.handle);
    return ACCEL_STATUS_OUT_OF_MEMORY;
}

CommandBuffer::~CommandBuffer() { device_.node().close_handle(handle_); }

}  // namespace accel::ethosu
