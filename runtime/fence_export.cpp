// SPDX-License-Identifier: MIT
// Fences as file descriptors.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "check.h"
#include "descriptor.h"
#include "fence.h"
#include "hold.h"
#include "queue_core.h"
#include "status.h"

using namespace accel::runtime;

accel_status accel_fence::export_fd(uint64_t value, accel_handle_kind kind, int *out_fd)
{
    if (kind > 31 || !(export_kinds_ & ACCEL_HANDLE_BIT(kind)))
        return fail(ACCEL_STATUS_UNSUPPORTED, "F-2", this, "kind %u was not among export_kinds (0x%x) when the fence was made", kind, export_kinds_);
    return kind == ACCEL_HANDLE_KIND_EVENTFD ? export_eventfd(value, out_fd) : export_sync_file(value, out_fd);
}

accel_status accel_fence::export_eventfd(uint64_t value, int *out_fd)
{
    progress(value);
    const bool ended = state(value) != ACCEL_STATUS_NOT_READY;
    Descriptor fd(eventfd(ended ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (fd.get() < 0)
        return fail(status_from_errno(errno), "", this, "no eventfd can be made: %s", strerror(errno));
    if (!ended) {
        Descriptor watched(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
        if (watched.get() < 0)
            return fail(status_from_errno(errno), "", this, "the eventfd cannot be duplicated: %s", strerror(errno));
        HoldThread &thread = instance_->hold_thread();
        set_watched();
        thread.watch(this, value, watched.get());
        watched.release();
    }
    *out_fd = fd.release();
    return ACCEL_STATUS_OK;
}

accel_status accel_fence::export_sync_file(uint64_t value, int *out_fd)
{
    bool mixed = false;
    const FenceBlocker work = sole_work(value, &mixed);
    if (work.kind == FenceBlocker::Kind::Submission) {
        const accel_status status = work.core->sync_file(work.sequence, out_fd);
        work.core->unref();
        return status;
    }
    if (mixed)
        return fail(ACCEL_STATUS_NOT_READY, "F-1", this, "work of several queues stands in front of value %llu, which no sync_file can stand for; try again when one of them is done",
                    static_cast<unsigned long long>(value));
    const FenceBlocker block = blocker(value);
    if (block.kind == FenceBlocker::Kind::Submission)
        block.core->unref();
    if (block.kind == FenceBlocker::Kind::Host || block.kind == FenceBlocker::Kind::Submission)
        return fail(ACCEL_STATUS_NOT_READY, "F-1", this, "no work that signals value %llu was handed to the kernel yet", static_cast<unsigned long long>(value));
    const accel_status ended = state(value);
    const std::lock_guard guard(lock_);
    const int kept = block.kind == FenceBlocker::Kind::Descriptor ? sync_file_ : ended == ACCEL_STATUS_OK ? signalled_file_ : failed_file_;
    if (kept < 0)
        return fail(ACCEL_STATUS_UNSUPPORTED, "F-1", this, "value %llu was not reached by work of a kernel driver, so no sync_file stands for it",
                    static_cast<unsigned long long>(value));
    *out_fd = fcntl(kept, F_DUPFD_CLOEXEC, 0);
    return *out_fd >= 0 ? ACCEL_STATUS_OK : fail(status_from_errno(errno), "", this, "the sync_file cannot be duplicated: %s", strerror(errno));
}
