// SPDX-License-Identifier: MIT
// ioctl numbers and structs: linux/dma-buf.h, linux/sync_file.h, and of libdrm its header alone: its drmIoctl would retry EAGAIN, which drivers answer with a meaning.
#include "transport_kernel.h"

#include <drm.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/sync_file.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include "base/clock.h"
#include "base/fork.h"

namespace accel::runtime {

namespace {

KernelTransport &transport_of(void *context) { return *static_cast<KernelTransport *>(context); }

int retry_ioctl(int fd, unsigned long request, void *argument)
{
    int result;
    do {
        result = ::ioctl(fd, request, argument);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : 0;
}

// The kernel follows the pointers by itself, so their description is not read.
int node_request(void *context, const accel_bk_request *request)
{
    if (request->flags != 0)
        return -EINVAL;
    return retry_ioctl(transport_of(context).fd(), static_cast<unsigned long>(request->request), request->argument);
}

int node_map(void *context, const accel_bk_map *map, void **out_pointer)
{
    accel_bk_map known{};
    memcpy(&known, map, std::min(map->struct_size, sizeof known));
    return transport_of(context).maps().map(transport_of(context).fd(), known, out_pointer);
}

int node_unmap(void *context, void *pointer, uint64_t size_bytes) { return transport_of(context).maps().unmap(pointer, size_bytes); }

int node_share(void *context, uint32_t gem_handle, int *out_dma_buf_fd)
{
    drm_prime_handle prime = {gem_handle, DRM_CLOEXEC | DRM_RDWR, -1};
    const int result = retry_ioctl(transport_of(context).fd(), DRM_IOCTL_PRIME_HANDLE_TO_FD, &prime);
    *out_dma_buf_fd = result == 0 ? prime.fd : -1;
    return result;
}

int node_adopt(void *context, int dma_buf_fd, uint32_t *out_gem_handle)
{
    drm_prime_handle prime = {0, 0, dma_buf_fd};
    const int result = retry_ioctl(transport_of(context).fd(), DRM_IOCTL_PRIME_FD_TO_HANDLE, &prime);
    *out_gem_handle = prime.handle;
    return result;
}

uint32_t sync_flags(uint32_t access)
{
    return ((access & ACCEL_ACCESS_READ) ? DMA_BUF_SYNC_READ : 0u) | ((access & ACCEL_ACCESS_WRITE) ? DMA_BUF_SYNC_WRITE : 0u);
}

int fence_from(void *, int dma_buf_fd, uint32_t access, int *out_sync_file_fd)
{
    dma_buf_export_sync_file request = {sync_flags(access), -1};
    const int result = retry_ioctl(dma_buf_fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &request);
    *out_sync_file_fd = result == 0 ? request.fd : -1;
    return result;
}

int fence_to(void *, int dma_buf_fd, uint32_t access, int sync_file_fd)
{
    dma_buf_import_sync_file request = {sync_flags(access), sync_file_fd};
    return retry_ioctl(dma_buf_fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &request);
}

int fence_wait(void *, int sync_file_fd, uint64_t deadline_ns) { return wait_sync_file(sync_file_fd, deadline_ns); }

int fence_time(void *, int sync_file_fd, uint64_t *out_signalled_ns) { return sync_file_time(sync_file_fd, out_signalled_ns); }

}  // namespace

KernelTransport::KernelTransport(int fd) : fd_(fd)
{
    close_in_children(fd);
    table_.struct_size = sizeof table_;
    table_.context = this;
    table_.node_fd = fd;
    table_.request = node_request;
    table_.map = node_map;
    table_.unmap = node_unmap;
    table_.share = node_share;
    table_.adopt = node_adopt;
    table_.fence_from = fence_from;
    table_.fence_to = fence_to;
    table_.fence_wait = fence_wait;
    table_.fence_time = fence_time;
}

KernelTransport::~KernelTransport()
{
    forget_in_children(fd_.get());
}

int wait_sync_file(int fd, uint64_t deadline_ns)
{
    for (;;) {
        pollfd wanted = {fd, POLLIN, 0};
        timespec timeout{};
        const uint64_t left_ns = deadline_ns == 0 ? 0 : remaining_ns(deadline_ns);
        timeout.tv_sec = static_cast<time_t>(left_ns / 1'000'000'000u);
        timeout.tv_nsec = static_cast<long>(left_ns % 1'000'000'000u);
        const int ready = ppoll(&wanted, 1, deadline_ns == UINT64_MAX ? nullptr : &timeout, nullptr);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            return -errno;
        if (ready == 0)
            return -ETIME;
        sync_file_info info{};
        const int result = retry_ioctl(fd, SYNC_IOC_FILE_INFO, &info);
        if (result != 0)
            return result;
        return info.status < 0 ? info.status : 0;
    }
}

int sync_file_time(int fd, uint64_t *out_signalled_ns)
{
    *out_signalled_ns = 0;
    sync_file_info info{};
    int result = retry_ioctl(fd, SYNC_IOC_FILE_INFO, &info);
    if (result != 0)
        return result;
    if (info.status == 0)
        return -ETIME;
    // The kernel counts a sync_file without work behind it as one fence, too.
    const std::unique_ptr<sync_fence_info[]> fences(new (std::nothrow) sync_fence_info[info.num_fences]{});
    if (!fences)
        return -ENOMEM;
    info.sync_fence_info = reinterpret_cast<uintptr_t>(fences.get());
    result = retry_ioctl(fd, SYNC_IOC_FILE_INFO, &info);
    for (uint32_t i = 0; result == 0 && i < info.num_fences; ++i)
        *out_signalled_ns = std::max<uint64_t>(*out_signalled_ns, fences[i].timestamp_ns);
    return result;
}

bool is_sync_file(int fd)
{
    sync_file_info info{};
    return retry_ioctl(fd, SYNC_IOC_FILE_INFO, &info) == 0;
}

}  // namespace accel::runtime
