// SPDX-License-Identifier: MIT
// Requests, maps and dma-buf calls of a device node, all through its transport.
#include "drm/node.h"

#include "drm/span.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <drm.h>
#include <fcntl.h>
#include <xf86drm.h>

namespace accel::drm {
namespace {

constexpr size_t kMaxNameBytes = 64;

}  // namespace

int Node::fd() const
{
    const bool direct = (transport_.flags & (ACCEL_BK_TRANSPORT_FLAG_SIMULATED | ACCEL_BK_TRANSPORT_FLAG_COPYING)) == 0;
    return direct && transport_.node_fd >= 0 ? transport_.node_fd : -1;
}

bool Node::has_bridge() const
{
    // The slots are neighbours; fence_wait is the last of those that it cannot do without.
    const size_t needed = offsetof(accel_bk_transport, fence_wait) + sizeof transport_.fence_wait;
    return !simulated() && transport_.struct_size >= needed && transport_.share != nullptr && transport_.fence_from != nullptr &&
           transport_.fence_to != nullptr && transport_.fence_wait != nullptr;
}

int Node::request(unsigned long number, void *argument, std::initializer_list<accel_bk_span> spans) const
{
    const accel_bk_request request{sizeof request, number, argument, spans.begin(), static_cast<uint32_t>(spans.size()), 0};
    return transport_.request(transport_.context, &request);
}

int Node::map(uint64_t offset, uint64_t size_bytes, void **pointer, uint64_t align_bytes) const
{
    const accel_bk_map map{sizeof map, offset, size_bytes, align_bytes, 0, nullptr};
    return transport_.map(transport_.context, &map, pointer);
}

void Node::unmap(void *pointer, uint64_t size_bytes) const { transport_.unmap(transport_.context, pointer, size_bytes); }

int Node::sync(void *pointer, uint64_t size_bytes, uint32_t access) const
{
    return copies() ? transport_.sync(transport_.context, pointer, size_bytes, access) : 0;
}

// Not drmGetVersion, which crashes where there is no memory.
int Node::version(Version &out) const
{
    char name[kMaxNameBytes] = {};
    drm_version version{};
    version.name = name;
    version.name_len = sizeof name;
    if (const int error = request(DRM_IOCTL_VERSION, &version, {span_out(offsetof(drm_version, name), name, sizeof name)}))
        return error;
    out.name.assign(name, std::min<size_t>(version.name_len, sizeof name));
    out.major = version.version_major;
    out.minor = version.version_minor;
    out.patch = version.version_patchlevel;
    return 0;
}

void Node::close_handle(uint32_t handle) const
{
    if (fd() >= 0) {
        drmCloseBufferHandle(fd(), handle);
        return;
    }
    drm_gem_close close{handle, 0};
    request(DRM_IOCTL_GEM_CLOSE, &close);
}

int Node::share(uint32_t handle, Fd &dma_buf) const
{
    int shared = -1;
    const int error = fd() >= 0 ? result_of_libdrm(drmPrimeHandleToFD(fd(), handle, DRM_CLOEXEC | DRM_RDWR, &shared))
                                : transport_.share(transport_.context, handle, &shared);
    if (error == 0)
        dma_buf = Fd(shared);
    return error;
}

int Node::adopt(const Fd &dma_buf, uint32_t &handle) const
{
    if (fd() >= 0)
        return result_of_libdrm(drmPrimeFDToHandle(fd(), dma_buf.get(), &handle));
    return transport_.adopt != nullptr ? transport_.adopt(transport_.context, dma_buf.get(), &handle) : -EOPNOTSUPP;
}

int Node::fence_from(const Fd &dma_buf, uint32_t access, Fd &sync_file) const
{
    int given = -1;
    const int error = transport_.fence_from(transport_.context, dma_buf.get(), access, &given);
    if (error == 0)
        sync_file = Fd(given);
    return error;
}

int Node::fence_to(const Fd &dma_buf, uint32_t access, int sync_file) const
{
    return transport_.fence_to(transport_.context, dma_buf.get(), access, sync_file);
}

int Node::fence_wait(const Fd &sync_file, uint64_t deadline_ns) const
{
    return transport_.fence_wait(transport_.context, sync_file.get(), deadline_ns);
}

int Node::fence_time(const Fd &sync_file, uint64_t &signalled_ns) const
{
    const size_t needed = offsetof(accel_bk_transport, fence_time) + sizeof transport_.fence_time;
    if (transport_.struct_size < needed || transport_.fence_time == nullptr)
        return -ENOTTY;
    return transport_.fence_time(transport_.context, sync_file.get(), &signalled_ns);
}

int result_of_libdrm(int answer) { return answer < 0 ? -errno : 0; }

accel_status status_of(int negative_errno)
{
    switch (-negative_errno) {
    case 0:
        return ACCEL_STATUS_OK;
    case ENOMEM:
    case ENOSPC:
        return ACCEL_STATUS_OUT_OF_MEMORY;
    case EMFILE:
    case ENFILE:
        return ACCEL_STATUS_RESOURCE;
    case EBUSY:
    case EAGAIN:
        return ACCEL_STATUS_BUSY;
    case EACCES:
    case EPERM:
        return ACCEL_STATUS_PERMISSION;
    case ENODEV:
    case ENXIO:
        return ACCEL_STATUS_DEVICE_GONE;
    case EOPNOTSUPP:
    case ENOTTY:
        return ACCEL_STATUS_UNSUPPORTED;
    case EIO:
        return ACCEL_STATUS_IO;
    default:
        return ACCEL_STATUS_INTERNAL;
    }
}

uint64_t now_ns()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

uint64_t deadline_after(uint64_t timeout_ns)
{
    uint64_t deadline = 0;
    if (__builtin_add_overflow(now_ns(), timeout_ns, &deadline))
        return UINT64_MAX;
    return deadline;
}

}  // namespace accel::drm
