// SPDX-License-Identifier: MIT
// Syncobjs by requests: made, waited for, exchanged with sync_files, destroyed once.
#include "drm/syncobj.h"

#include "drm/span.h"

#include <algorithm>
#include <cstddef>
#include <drm.h>
#include <utility>
#include <xf86drm.h>

namespace accel::drm {

Syncobj::Syncobj(Syncobj &&other) noexcept : node_(other.node_),
                                             handle_(std::exchange(other.handle_, 0)) {}

Syncobj &Syncobj::operator=(Syncobj &&other) noexcept
{
    std::swap(node_, other.node_);
    std::swap(handle_, other.handle_);
    return *this;
}

Syncobj::~Syncobj()
{
    if (handle_ == 0)
        return;
    if (node_->fd() >= 0) {
        drmSyncobjDestroy(node_->fd(), handle_);
        return;
    }
    drm_syncobj_destroy request{handle_, 0};
    node_->request(DRM_IOCTL_SYNCOBJ_DESTROY, &request);
}

int Syncobj::create(const Node &node, bool signalled, Syncobj &out)
{
    drm_syncobj_create request{0, signalled ? DRM_SYNCOBJ_CREATE_SIGNALED : 0u};
    const int error = node.fd() >= 0 ? result_of_libdrm(drmSyncobjCreate(node.fd(), request.flags, &request.handle))
                                     : node.request(DRM_IOCTL_SYNCOBJ_CREATE, &request);
    if (error == 0)
        out = Syncobj(node, request.handle);
    return error;
}

int Syncobj::to_sync_file(Fd &sync_file) const
{
    drm_syncobj_handle request{handle_, DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE, -1, 0};
    const int error = node_->fd() >= 0 ? result_of_libdrm(drmSyncobjExportSyncFile(node_->fd(), handle_, &request.fd))
                                       : node_->request(DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD, &request, {span_fd_out(offsetof(drm_syncobj_handle, fd))});
    if (error == 0)
        sync_file = Fd(request.fd);
    return error;
}

int Syncobj::from_sync_file(int sync_file)
{
    if (node_->fd() >= 0)
        return result_of_libdrm(drmSyncobjImportSyncFile(node_->fd(), handle_, sync_file));
    drm_syncobj_handle request{handle_, DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE, sync_file, 0};
    return node_->request(DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE, &request, {span_fd_in(offsetof(drm_syncobj_handle, fd))});
}

int Syncobj::wait(uint64_t point, uint64_t deadline_ns) const
{
    const auto instant_ns = static_cast<int64_t>(std::min<uint64_t>(deadline_ns, INT64_MAX));
    uint32_t handle = handle_;
    if (node_->fd() >= 0)
        return result_of_libdrm(
            drmSyncobjTimelineWait(node_->fd(), &handle, &point, 1, instant_ns, DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT, nullptr));
    drm_syncobj_timeline_wait request{};
    request.handles = reinterpret_cast<uintptr_t>(&handle);
    request.points = reinterpret_cast<uintptr_t>(&point);
    request.timeout_nsec = instant_ns;
    request.count_handles = 1;
    request.flags = DRM_SYNCOBJ_WAIT_FLAGS_WAIT_FOR_SUBMIT;
    return node_->request(DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT, &request,
                          {span_in(offsetof(drm_syncobj_timeline_wait, handles), &handle, sizeof handle),
                           span_in(offsetof(drm_syncobj_timeline_wait, points), &point, sizeof point), span_instant(offsetof(drm_syncobj_timeline_wait, timeout_nsec))});
}

}  // namespace accel::drm
