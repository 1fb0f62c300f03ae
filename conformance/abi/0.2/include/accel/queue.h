/* SPDX-License-Identifier: MIT */
/*
 * A queue: ordered submission to an ordered device set.
 */
#ifndef ACCEL_QUEUE_H
#define ACCEL_QUEUE_H

#include <accel/fence.h>
#include <accel/run.h>

#ifdef __cplusplus
extern "C" {
#endif

struct accel_queue_desc {
    size_t struct_size;
    struct accel_device *const *devices; /**< ordered device set, each once; takes any program whose set it contains */
    uint32_t device_count;
    int32_t priority; /**< from BACKGROUND to REALTIME, enum accel_priority; a hint where the device has no priorities */
    uint32_t depth;   /**< submissions in flight before BUSY, at most the smallest queue_depth of the set; 0: 64. More is cut to that */
    uint32_t flags;   /**< must be 0 */
};

/**
 * Make an ordered queue. accel_queue_query tells the depth that it has. Memory effects of one submission are visible to the next, whatever the hardware does.
 *
 * Ownership: desc is borrowed for the call; the queue keeps its devices. Threads: any thread. Blocks: on opening the devices and on the kernel.
 * Errors: INVALID_ARGUMENT a device is named twice; RESOURCE or BUSY a device has no room for another queue now.
 */
ACCEL_API enum accel_status accel_queue_create(const struct accel_queue_desc *desc, struct accel_queue **out_queue);

struct accel_queue_info {
    size_t struct_size;
    uint64_t object_id;
    uint32_t depth;   /**< submissions in flight before BUSY */
    int32_t priority; /**< as it was given */
};

/** Facts about a queue. Threads: any thread. Blocks: never. Errors: none of its own. */
ACCEL_API enum accel_status accel_queue_query(struct accel_queue *queue, struct accel_queue_info *info);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_queue *accel_queue_ref(struct accel_queue *queue);
/** Drop a reference; NULL is allowed. The last one cancels work that has not started. Threads: any thread. Blocks: until started work has ended or was given up. */
ACCEL_API void accel_queue_unref(struct accel_queue *queue);

/** One submission: run, wait for, signal. */
struct accel_submit {
    size_t struct_size;
    struct accel_run *run;                   /**< NULL: only waits and signals */
    const struct accel_fence_point *waits;   /**< all reached before any memory of the submission is read or written */
    const struct accel_fence_point *signals; /**< reached when every output may be read */
    uint32_t wait_count;
    uint32_t signal_count;
    uint64_t deadline_ns; /**< CLOCK_MONOTONIC instant; not started by then: DEADLINE. 0: none */
    uint32_t flags;       /**< must be 0 */
    uint32_t reserved;    /**< must be 0 */
};

/**
 * Hand over one run. Only queues the work: never waits for anything and executes nothing. It allocates on first needs alone: when a place of the ring takes more than four
 * waits or signals for the first time, and for the thread that drives held work, once per instance.
 *
 * A fence of signals that has failed already is refused with that status: it could not tell what this submission ends with. accel_run_info tells what the latest one of a run
 * ended with, whatever fences it had.
 *
 * A wait that failed fails this submission's signals with the same status. Nothing runs then, unless the wait is for an imported fence and a device that waits
 * by itself had the work already (not with a deadline).
 *
 * Ownership: submit and its arrays are borrowed for the call; run, its buffers and the fences are kept until it is done.
 * Threads: any thread, for the queue; one thread per object, for the run. Runs of several threads may share scratch and state. Blocks: never.
 * Errors: BUSY ring full, run in flight, or its scratch in flight on another queue without a wait for that; INVALID_ARGUMENT a port is unbound, a signal value does not rise, a wait is for a later
 *         submission of this queue; the status that a timeline of signals has failed with, at that value or a lower one; CORRUPT a file that the program maps is known to have changed; CONTEXT_LOST, DEVICE_LOST, DEVICE_GONE. On any error nothing was queued
 *         and no fence will change.
 */
ACCEL_API enum accel_status accel_queue_submit(struct accel_queue *queue, const struct accel_submit *submit);

/** A copy or a fill between buffers, ordered like any submission. */
struct accel_transfer_op {
    size_t struct_size;
    struct accel_buffer *source;  /**< NULL: fill */
    uint64_t source_offset_bytes; /**< of a fill 0 */
    struct accel_buffer *destination;
    uint64_t destination_offset_bytes;
    uint64_t size_bytes;
    uint32_t fill_value; /**< of a fill: the byte that is repeated, at most 255; of a copy 0 */
    uint32_t wait_count;
    const struct accel_fence_point *waits;
    const struct accel_fence_point *signals;
    uint32_t signal_count;
    uint32_t reserved; /**< must be 0 */
};

/**
 * Queue a copy (source set) or a fill (source NULL).
 *
 * Ownership: op and its arrays are borrowed for the call; the buffers and fences are kept until it is done. Threads: any thread. Blocks: never.
 * Errors: as accel_queue_submit; INVALID_ARGUMENT also for a member that does not apply and is not 0, ranges outside a buffer or overlapping ones, and for access that an import does not permit.
 */
ACCEL_API enum accel_status accel_queue_transfer(struct accel_queue *queue, const struct accel_transfer_op *op);

/**
 * Cancel everything on the queue that has not started, and started work where its device can stop it for good. Work that a device has taken together with its waits for
 * imported fences counts as started.
 *
 * Every fence value concerned is reached or fails with CANCELLED; the queue stays usable.
 *
 * Threads: any thread. Blocks: never. Errors: CONTEXT_LOST, DEVICE_LOST, DEVICE_GONE; what a device had not taken yet is cancelled all the same.
 */
ACCEL_API enum accel_status accel_queue_cancel(struct accel_queue *queue);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_QUEUE_H */
