// SPDX-License-Identifier: MIT
// Fences as file descriptors.
#include <accel/border/fd.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/status.h"
#include "fence.h"
#include "instance/holder.h"

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
    accel::border::Fd fd(eventfd(ended ? 1 : 0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (fd.get() < 0)
        return fail(status_from_errno(errno), "", this, "no eventfd can be made: %s", strerror(errno));
    if (!ended) {
        const std::optional<int> watched = fd.duplicate();
        if (!watched)
            return fail(status_from_errno(errno), "", this, "the eventfd cannot be duplicated: %s", strerror(errno));
        accel::border::Fd kept(*watched);
        Holder &thread = instance_->hold_thread();
        set_watched();
        thread.watch(this, value, std::move(kept));
    }
    *out_fd = fd.release();
    return ACCEL_STATUS_OK;
}

accel_status accel_fence::export_sync_file(uint64_t value, int *out_fd)
{
    bool mixed = false;
    const FenceBlocker work = sole_work(value, &mixed);
    if (work.kind == FenceBlocker::Kind::Submission) {
        const accel_status status = work.worker->sync_file(work.sequence, out_fd);
        work.worker->unref();
        return status;
    }
    if (mixed)
        return fail(ACCEL_STATUS_NOT_READY, "F-1", this, "work of several queues stands in front of value %llu, which no sync_file can stand for; try again when one of them is done",
                    static_cast<unsigned long long>(value));
    const FenceBlocker block = blocker(value);
    if (block.kind == FenceBlocker::Kind::Submission)
        block.worker->unref();
    if (block.kind == FenceBlocker::Kind::Host || block.kind == FenceBlocker::Kind::Submission)
        return fail(ACCEL_STATUS_NOT_READY, "F-1", this, "no work that signals value %llu was handed to the kernel yet", static_cast<unsigned long long>(value));
    const accel_status ended = state(value);
    const std::lock_guard guard(lock_);
    const accel::border::Fd &kept = block.kind == FenceBlocker::Kind::Descriptor ? sync_file_ : ended == ACCEL_STATUS_OK ? signalled_file_
                                                                                                                         : failed_file_;
    if (!kept.valid())
        return fail(ACCEL_STATUS_UNSUPPORTED, "F-1", this, "value %llu was not reached by work of a kernel driver, so no sync_file stands for it",
                    static_cast<unsigned long long>(value));
    const std::optional<int> copy = kept.duplicate();
    *out_fd = copy.value_or(-1);
    return copy ? ACCEL_STATUS_OK : fail(status_from_errno(errno), "", this, "the sync_file cannot be duplicated: %s", strerror(errno));
}
