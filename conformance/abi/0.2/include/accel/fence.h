/* SPDX-License-Identifier: MIT */
/*
 * A fence: a 64-bit timeline that can fail.
 */
#ifndef ACCEL_FENCE_H
#define ACCEL_FENCE_H

#include <accel/device.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A 64-bit timeline that can fail.
 *
 * Values rise strictly. A value is reached when its work, and all work of lower values, is done. Failure is sticky: the failing
 * value and every higher one fail with the first status; waiters are released, never left hanging. A failed timeline never recovers, so where one
 * failure must not hide what comes after it, each submission has a fence of its own.
 *
 * Values are 0 to 2^64 - 2. UINT64_MAX is none, and INVALID_ARGUMENT wherever one is given.
 */
struct accel_fence_desc {
    size_t struct_size;
    uint64_t initial_value;
    uint32_t export_kinds; /**< set of ACCEL_HANDLE_BIT that accel_fence_export will be asked for */
    uint32_t reserved;     /**< must be 0 */
};

/**
 * Make a timeline.
 *
 * Ownership: desc is borrowed for the call; NULL means all defaults: it begins at 0 and is not exported. Threads: any thread. Blocks: never. Errors: UNSUPPORTED this machine lacks one of the export kinds.
 */
ACCEL_API enum accel_status accel_fence_create(struct accel_instance *instance, const struct accel_fence_desc *desc, struct accel_fence **out_fence);

struct accel_fence_import_desc {
    size_t struct_size;
    uint32_t kind; /**< enum accel_handle_kind: SYNC_FILE */
    int32_t fd;
    uint64_t reserved; /**< must be 0; room for the point of a foreign timeline */
};

/**
 * A timeline that reaches 1 when a foreign fence signals, and fails if that fence carries an error.
 *
 * Ownership: desc is borrowed for the call; fd stays the caller's. Threads: any thread. Blocks: never.
 * Errors: UNSUPPORTED kind; INVALID_ARGUMENT fd is of another kind.
 */
ACCEL_API enum accel_status accel_fence_import(struct accel_instance *instance, const struct accel_fence_import_desc *desc, struct accel_fence **out_fence);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_fence *accel_fence_ref(struct accel_fence *fence);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: never. */
ACCEL_API void accel_fence_unref(struct accel_fence *fence);

/** The highest reached value. Threads: any thread. Blocks: never. Errors: the sticky status once the timeline has failed; the value is set all the same. */
ACCEL_API enum accel_status accel_fence_query(struct accel_fence *fence, uint64_t *out_value);

/** OK if the value was reached. Threads: any thread. Blocks: never. Errors: NOT_READY it may still be reached; or the status that it failed with. */
ACCEL_API enum accel_status accel_fence_error(struct accel_fence *fence, uint64_t value);

/**
 * Wait until a value is reached or has failed.
 *
 * Waiting before any work that signals the value was submitted is legal. The calling thread may execute queued CPU work meanwhile; it
 * spins briefly before it sleeps. Signals do not shorten or lengthen the wait. It is accel_fence_wait_many of one point with no flags.
 *
 * Units: timeout in nanoseconds from now. Threads: any thread. Blocks: up to the timeout, or until the piece of CPU work that it is executing then ends.
 * Errors: TIMEOUT; or the status that the value failed with.
 */
ACCEL_API enum accel_status accel_fence_wait(struct accel_fence *fence, uint64_t value, uint64_t timeout_ns);

/** A value of a timeline. Frozen. */
struct accel_fence_point {
    struct accel_fence *fence;
    uint64_t value;
};

enum accel_wait_flag {
    ACCEL_WAIT_FLAG_ANY = 1 << 0, /**< for the first of the points, not for all */
    /** Execute no queued CPU work on this thread, only look and sleep: a host thread does it. For threads with a small stack, a high priority or a lock. */
    ACCEL_WAIT_FLAG_NO_WORK = 1 << 1,
    ACCEL_WAIT_FLAG_MAX_ENUM = 0x7fffffff
};

/**
 * Wait for all of several points, or with ANY for the first.
 *
 * *out_index, unless out_index is NULL, becomes the position of the point that decided. With ANY: the first that is reached or has failed, by position where several are. Without:
 * the first that has failed, or 0 when all are reached. TIMEOUT leaves it alone.
 *
 * Units: timeout in nanoseconds from now. Ownership: points are borrowed for the call. Threads: any thread. Blocks: up to the timeout, or until the piece of CPU work that it
 * is executing then ends. Errors: INVALID_ARGUMENT no points, or an unknown flag; TIMEOUT; or the status that a point failed with.
 */
ACCEL_API enum accel_status accel_fence_wait_many(const struct accel_fence_point *points, uint32_t point_count, uint32_t flags, uint64_t timeout_ns,
                                                  uint32_t *out_index);

/**
 * Reach a value from the CPU.
 *
 * Threads: any thread. Blocks: never.
 * Errors: INVALID_ARGUMENT value is not above the current and promised ones; or the status that the timeline failed with, at this value or a lower one.
 */
ACCEL_API enum accel_status accel_fence_signal(struct accel_fence *fence, uint64_t value);

/** Fail a value from the CPU; reason is not OK and not transient. Threads: any thread. Blocks: never. Errors: INVALID_ARGUMENT the value is reached already. */
ACCEL_API enum accel_status accel_fence_fail(struct accel_fence *fence, uint64_t value, enum accel_status reason);

/**
 * A new file descriptor that signals when the value is reached or fails.
 *
 * A sync_file carries the error of the job behind the value. If the job waited for an imported fence that failed, only the timeline value reports it; the sync_file may
 * signal without error.
 *
 * Ownership: *out_fd is the caller's to close. Threads: any thread. Blocks: never.
 * Errors: NOT_READY a sync_file was asked for before the work was handed to the kernel, or while work of several queues stands in front of the value; UNSUPPORTED the kind
 *         was not chosen at creation, or the value is signalled by the host and the kind is sync_file.
 */
ACCEL_API enum accel_status accel_fence_export(struct accel_fence *fence, uint64_t value, enum accel_handle_kind kind, int *out_fd);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_FENCE_H */
