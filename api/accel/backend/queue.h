/* SPDX-License-Identifier: MIT */
/*
 * What a module's queue is made of and is given.
 */
#ifndef ACCEL_BACKEND_QUEUE_H
#define ACCEL_BACKEND_QUEUE_H

#include <accel/backend/host.h>
#include <accel/layout.h>

#ifdef __cplusplus
extern "C" {
#endif

struct accel_bk_queue_desc {
    size_t struct_size;
    int32_t priority; /**< enum accel_priority and between, a hint */
    uint32_t depth;   /**< submissions in flight, at most the device's queue_depth */
};

enum accel_bk_submit_flag {
    ACCEL_BK_SUBMIT_FLAG_FENCE = 1 << 0, /**< queue_fence will be asked for this ticket, in any kind of fence_export_kinds */
    ACCEL_BK_SUBMIT_FLAG_MAX_ENUM = 0x7fffffff
};

struct accel_bk_submit {
    size_t struct_size;
    struct accel_bk_run *run;
    /**
     * sync_files, only if the device claims to take them; borrowed for the call. No memory of the run is read or written and the ticket does not finish before
     * all have signalled. An error that one carries ends the wait like a signal: the runtime fails the submission when the ticket has finished.
     * UNSUPPORTED: the device cannot wait for these; nothing was queued, and the runtime waits itself.
     */
    const int32_t *wait_fds;
    uint32_t wait_fd_count;
    uint32_t flags; /**< enum accel_bk_submit_flag */
};

/** One side of a conversion. */
struct accel_bk_view {
    size_t struct_size;
    const int64_t *dims; /**< rank */
    const struct accel_layout *layout;
    uint32_t type; /**< enum accel_type of the tensor, the same on both sides */
    uint32_t rank;
};

/** A copy (source set), a fill, or a conversion (source and views set). Ranges are inside their buffers and do not overlap. */
struct accel_bk_transfer {
    size_t struct_size;
    struct accel_bk_buffer *source;
    uint64_t source_offset_bytes;
    struct accel_bk_buffer *destination;
    uint64_t destination_offset_bytes;
    uint64_t size_bytes; /**< of a conversion 0: each range is as long as its layout says */
    uint32_t fill_value; /**< the low byte is repeated; of a conversion the stored value that padding REAL_ZERO has, in its low bits */
    uint32_t wait_fd_count;
    const int32_t *wait_fds; /**< as in accel_bk_submit */
    uint32_t flags;          /**< enum accel_bk_submit_flag */
    uint32_t reserved;
    const struct accel_bk_view *source_view; /**< both or none: put elements where the other layout wants them, and fill the padding that it claims */
    const struct accel_bk_view *destination_view;
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_QUEUE_H */
