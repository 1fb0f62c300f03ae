// SPDX-License-Identifier: MIT
// The transport's slots over a descriptor of the kernel's.
#include "node_transport.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "../uapi/uapi.h"

namespace accel::conformance {
namespace {

int fd_of(void *context) { return *static_cast<const int *>(context); }

int call(int fd, unsigned long request, void *argument)
{
    int result = 0;
    do result = ::ioctl(fd, request, argument);
    while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : 0;
}

int node_request(void *context, const accel_bk_request *request)
{
    if (request->flags != 0) return -EINVAL;
    return call(fd_of(context), static_cast<unsigned long>(request->request), request->argument);
}

/// An address that is a multiple of align_bytes with free space behind it; it stays free until the caller maps there.
void *aligned_address(uint64_t size_bytes, uint64_t align_bytes)
{
    void *space = mmap(nullptr, size_bytes + align_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED) return nullptr;
    munmap(space, size_bytes + align_bytes);
    return reinterpret_cast<void *>((reinterpret_cast<uintptr_t>(space) + align_bytes - 1) & ~(align_bytes - 1));
}

/// Nothing is reserved around a map: no module that is judged here wishes for it.
int node_map(void *context, const accel_bk_map *map, void **out_pointer)
{
    if (map->pointer || map->reserve_bytes != 0) return -EOPNOTSUPP;
    void *wished = map->align_bytes ? aligned_address(map->size_bytes, map->align_bytes) : nullptr;
    void *pointer = mmap(wished, map->size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_of(context), static_cast<off_t>(map->offset));
    if (pointer == MAP_FAILED) return -errno;
    if (map->align_bytes && reinterpret_cast<uintptr_t>(pointer) % map->align_bytes != 0) {
        munmap(pointer, map->size_bytes);
        return -ENOMEM;
    }
    *out_pointer = pointer;
    return 0;
}

int node_unmap(void *, void *pointer, uint64_t size_bytes) { return munmap(pointer, size_bytes) == 0 ? 0 : -errno; }

int node_share(void *context, uint32_t gem_handle, int *out_dma_buf_fd)
{
    uapi::DrmPrimeHandle prime{gem_handle, uapi::kDrmReadWrite | uapi::kDrmCloseOnExec, -1};
    const int result = call(fd_of(context), uapi::kDrmPrimeHandleToFd, &prime);
    *out_dma_buf_fd = prime.fd;
    return result;
}

int node_adopt(void *context, int dma_buf_fd, uint32_t *out_gem_handle)
{
    uapi::DrmPrimeHandle prime{0, 0, dma_buf_fd};
    const int result = call(fd_of(context), uapi::kDrmPrimeFdToHandle, &prime);
    *out_gem_handle = prime.handle;
    return result;
}

uint32_t sync_flags(uint32_t access)
{
    return (access & ACCEL_ACCESS_READ ? uapi::kDmaBufSyncRead : 0) | (access & ACCEL_ACCESS_WRITE ? uapi::kDmaBufSyncWrite : 0);
}

int fence_from(void *, int dma_buf_fd, uint32_t access, int *out_sync_file_fd)
{
    uapi::DmaBufSyncFile request{sync_flags(access), -1};
    const int result = call(dma_buf_fd, uapi::kDmaBufExportSyncFile, &request);
    *out_sync_file_fd = request.fd;
    return result;
}

int fence_to(void *, int dma_buf_fd, uint32_t access, int sync_file_fd)
{
    uapi::DmaBufSyncFile request{sync_flags(access), sync_file_fd};
    return call(dma_buf_fd, uapi::kDmaBufImportSyncFile, &request);
}

/// Time left until a CLOCK_MONOTONIC instant.
timespec left_until(uint64_t deadline_ns)
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const uint64_t now_ns = static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
    const uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
    return {static_cast<time_t>(left_ns / 1'000'000'000), static_cast<long>(left_ns % 1'000'000'000)};
}

int fence_wait(void *, int sync_file_fd, uint64_t deadline_ns)
{
    pollfd wanted{sync_file_fd, POLLIN, 0};
    int ready = 0;
    do {
        const timespec left = left_until(deadline_ns);
        ready = ppoll(&wanted, 1, deadline_ns == UINT64_MAX ? nullptr : &left, nullptr);
    } while (ready < 0 && errno == EINTR);
    if (ready <= 0) return ready == 0 ? -ETIME : -errno;
    uapi::SyncFileInfo info{};
    const int result = call(sync_file_fd, uapi::kSyncFileInfo, &info);
    return result != 0 ? result : std::min(info.status, 0);
}

int fence_time(void *, int sync_file_fd, uint64_t *out_signalled_ns)
{
    uapi::SyncFileInfo info{};
    if (const int result = call(sync_file_fd, uapi::kSyncFileInfo, &info); result != 0) return result;
    if (info.status == 0) return -ETIME;
    std::vector<uapi::SyncFenceInfo> fences(info.num_fences);
    info.sync_fence_info = reinterpret_cast<uintptr_t>(fences.data());
    if (const int result = call(sync_file_fd, uapi::kSyncFileInfo, &info); result != 0) return result;
    *out_signalled_ns = 0;
    for (const auto &fence : fences) *out_signalled_ns = std::max(*out_signalled_ns, fence.timestamp_ns);
    return 0;
}

}  // namespace

NodeTransport::NodeTransport(const std::string &node) : fd_(open(node.c_str(), O_RDWR | O_CLOEXEC))
{
    if (fd_ < 0) throw std::runtime_error(node + ": " + strerror(errno));
    table_.struct_size = sizeof table_;
    table_.context = &fd_;
    table_.node_fd = fd_;
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

NodeTransport::~NodeTransport() { close(fd_); }

}  // namespace accel::conformance
