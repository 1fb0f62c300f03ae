/* SPDX-License-Identifier: MIT */
/*
 * A module's device: blobs to results, through a transport.
 */
#ifndef ACCEL_BACKEND_DEVICE_H
#define ACCEL_BACKEND_DEVICE_H

#include <accel/backend/buffer.h>
#include <accel/backend/queue.h>
#include <accel/backend/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

struct accel_bk_open {
    size_t struct_size;
    const struct accel_bk_host *host;           /**< outlives the device */
    const struct accel_bk_transport *transport; /**< outlives the device; NULL for devices without a node (the CPU), and where the manifest says transport "none" */
    const char *driver;                         /**< kernel driver that discovery saw; the module confirms it */
    const char *device_id;
    const char *node; /**< path of the node, to recognise the device behind another library (Vulkan); never opened. "" if none */
};

enum accel_bk_device_flag {
    ACCEL_BK_DEVICE_FLAG_SINGLE_CONTEXT = 1 << 2, /**< one process at a time may open it */
    /**
     * While an access of buffer_map is open, later work sees what the CPU writes, and the CPU what ended work wrote, without buffer_unmap and buffer_map in between: an
     * access of a whole buffer may stay open for as long as it lives, and the memory reach other devices by its address. Without it the runtime maps and
     * unmaps around every use, and copies between devices.
     */
    ACCEL_BK_DEVICE_FLAG_COHERENT = 1 << 8,
    ACCEL_BK_DEVICE_FLAG_MAX_ENUM = 0x7fffffff
};

/** What a module tells about an open device. Asked once, after device_open: no fact changes later. Strings live as long as the device; "" if unknown. */
struct accel_bk_device_info {
    size_t struct_size;
    const char *name;
    const char *target; /**< a name from target_info */
    const char *driver_version;
    const char *firmware_version;
    uint32_t isolation;           /**< enum accel_isolation */
    uint32_t queue_depth;         /**< submissions in flight per queue; at least 1 */
    uint64_t job_timeout_ns;      /**< longest that one submission runs once it has started, all its jobs together; then it ends by itself. 0: nothing ends it, and the runtime waits for as long as it takes */
    uint64_t memory_bytes;        /**< that programs and buffers may use at once; 0: only the machine's limits */
    uint64_t buffer_align_bytes;  /**< that suits every port; 0: any */
    uint64_t import_align_bytes;  /**< of address, offset and size of memory that is imported; 0: buffer_align_bytes */
    uint32_t context_count;       /**< that the hardware offers; 0: not limited */
    uint32_t buffer_import_kinds; /**< set of ACCEL_HANDLE_BIT */
    uint32_t buffer_export_kinds; /**< set of ACCEL_HANDLE_BIT */
    uint32_t fence_export_kinds;  /**< set of ACCEL_HANDLE_BIT that queue_fence makes */
    uint32_t fence_wait_kinds;    /**< SYNC_FILE: submit takes wait fds */
    uint32_t flags;               /**< enum accel_bk_device_flag */
};

/**
 * A constant that a blob refers to, aligned for its tensor's element type as in the graph. Two programs may be given one address: while both live, equal address
 * and byte_count are equal bytes, which need be held once. Ownership: alive as long as the program. Frozen.
 */
struct accel_bk_constant {
    const void *data;
    uint64_t byte_count;
};

/** What is loaded. */
struct accel_bk_load_desc {
    size_t struct_size;
    const void *bytes; /**< of the blob; not trusted; borrowed for the call */
    uint64_t byte_count;
    const struct accel_bk_constant *constants; /**< in the blob's order */
    uint32_t constant_count;
    uint32_t flags; /**< 0 */
};

/** A piece of memory that a run needs beside its ports. */
struct accel_bk_scratch {
    size_t struct_size;
    uint64_t size_bytes;  /**< at least 1 */
    uint64_t align_bytes; /**< power of two */
};

enum accel_bk_run_flag {
    ACCEL_BK_RUN_FLAG_TIMINGS = 1 << 0, /**< run_timings will be asked */
    ACCEL_BK_RUN_FLAG_MAX_ENUM = 0x7fffffff
};

/** What a run is made for. */
struct accel_bk_run_desc {
    size_t struct_size;
    /** one for each piece that program_scratch named; what is in them means nothing when a submission begins, and other runs may have them, too, in turns */
    const struct accel_bk_memory *scratch;
    uint32_t scratch_count; /**< 0: the module allocates what it needs */
    uint32_t entry;         /**< which graph of the blob */
    uint32_t flags;         /**< enum accel_bk_run_flag */
    int32_t priority;       /**< a hint, as in accel_bk_queue_desc, for drivers whose contexts belong to a program */
};

/** What a run works on from now on. */
struct accel_bk_bind_desc {
    size_t struct_size;
    /** in port order, each as large as its port is said to be for these sizes; an output whose size depends on data has what was bound, up to its bound */
    const struct accel_bk_memory *ports;
    /**
     * one per symbol of the built graph, those of DERIVED ones, too. -1: not known before the work is done (a DATA symbol, and what follows from one), or
     * a symbol that nothing in the model has. NULL: no size of the built graph is open
     */
    const int64_t *sizes;
    uint32_t port_count;
    uint32_t size_count;
};

/**
 * When a part of the latest finished submission ran. A row of no node and no part is the whole submission.
 *
 * A run that tells of any node tells of every node of the built graph: in a row with its time, in one that names the node whose time has
 * it too (counted_in), or, where nothing was to be done, in a row with a begin and without a duration. All lie within the submission.
 */
struct accel_bk_timing {
    const char *part;     /**< name of a part of the node; NULL: the node itself, its parts included */
    uint64_t begin_ns;    /**< CLOCK_MONOTONIC; 0: not known */
    uint64_t duration_ns; /**< 0: not known, or nothing was to be done */
    uint64_t cycles;      /**< 0: not known */
    uint32_t node;        /**< of the built graph; ACCEL_NONE: of none */
    uint32_t counted_in;  /**< the node in whose pass this one was done, whose row has the time of both; ACCEL_NONE: its own */
    uint32_t lane;        /**< which engine, from 0 */
    uint32_t reserved;    /**< 0 */
};

/**
 * Runs blobs on a device.
 *
 * Order: submissions of one queue take effect in the order of submit, memory included, as is scratch that several runs have been given; a queue's tickets finish in order. Where the hardware does
 * otherwise, the module adds the dependency.
 *
 * Loss: after DEVICE_LOST and DEVICE_GONE the slots that end something are called as always and do not wait for the hardware; queue_wait answers the loss for every
 * ticket that had not ended; memory of buffer_map can be read until buffer_destroy. A lost device may still be open, with all its objects, when the same node is
 * opened again: they have nothing in common. After CONTEXT_LOST programs, runs and buffers are alive: a module whose context belongs to a program or to the device makes it anew, at
 * the latest in the next queue_create, or answers DEVICE_LOST instead.
 *
 * Threads: any thread; calls that name different devices may overlap, calls on one device where its slot says *may overlap*: with every call that does not end an object that it names.
 * queue_submit and queue_transfer of one queue follow each other.
 * Blocks: on the kernel. queue_submit, queue_transfer, queue_fence and queue_cancel do not wait for work; queue_wait does, up to its timeout.
 */
struct accel_bk_device_ops {
    size_t struct_size;

    /** [mandatory] Open through the transport and confirm the driver before any driver ioctl. */
    enum accel_status (*device_open)(const struct accel_bk_open *open, struct accel_bk_device **out_device);
    /** [mandatory] Everything made on the device is already gone. */
    void (*device_close)(struct accel_bk_device *device);
    /** [mandatory] Once, right after device_open. */
    enum accel_status (*device_info)(struct accel_bk_device *device, struct accel_bk_device_info *info);

    /**
     * [mandatory] Allocate zeroed memory, or import. may overlap. Errors: UNSUPPORTED the kind, or this memory, cannot be imported: the runtime looks for another way; INVALID_ARGUMENT
     * it is shorter than offset + size, or not of that kind; RESOURCE or OUT_OF_MEMORY not now.
     */
    enum accel_status (*buffer_create)(struct accel_bk_device *device, const struct accel_bk_buffer_desc *desc, struct accel_bk_buffer **out_buffer);
    /** [mandatory] No work uses it any more, and no run is bound to it: those are destroyed before, or were bound anew with OK; a run whose run_bind failed is bound to nothing. may overlap. */
    void (*buffer_destroy)(struct accel_bk_buffer *buffer);
    /**
     * [mandatory] Begin CPU access to a part; out_pointer is that of the buffer's first byte, the same every time. may overlap. Accesses nest, and work that uses the buffer
     * may be submitted while one is open: what the CPU writes meanwhile it need not see (COHERENT).
     * Errors: BUSY work in flight uses the buffer, and the driver brings caches in order only after all of it: nothing was begun, and the runtime asks again.
     */
    enum accel_status (*buffer_map)(struct accel_bk_buffer *buffer, const struct accel_bk_access *access, void **out_pointer);
    /** [mandatory] End one CPU access, with what it was begun with. After an error it goes on, and may be ended again. may overlap. */
    enum accel_status (*buffer_unmap)(struct accel_bk_buffer *buffer, const struct accel_bk_access *access);
    /** A new fd of that kind. may overlap. NULL: nothing can be exported. */
    enum accel_status (*buffer_export)(struct accel_bk_buffer *buffer, enum accel_handle_kind kind, int *out_fd);

    /** [mandatory] Upload an untrusted blob. may overlap. Errors: CORRUPT, INCOMPATIBLE. */
    enum accel_status (*program_load)(struct accel_bk_device *device, const struct accel_bk_load_desc *desc, struct accel_bk_program **out_program);
    /** [mandatory] No run of it exists any more. may overlap. */
    void (*program_unload)(struct accel_bk_program *program);

    /** Piece number index of the scratch of one of the blob's graphs; NOT_FOUND beyond the last. NULL: runs allocate what they need. may overlap. */
    enum accel_status (*program_scratch)(struct accel_bk_program *program, uint32_t entry, uint32_t index, struct accel_bk_scratch *scratch);

    /**
     * [mandatory] Make a run and all memory it needs, so that submit allocates nothing. may overlap.
     * Errors: UNSUPPORTED, where scratch is given: this memory cannot serve. The runtime asks once more without.
     */
    enum accel_status (*run_create)(struct accel_bk_program *program, const struct accel_bk_run_desc *desc, struct accel_bk_run **out_run);
    /** [mandatory] Not in flight. may overlap. */
    void (*run_destroy)(struct accel_bk_run *run);
    /**
     * [mandatory] Take the memory of all ports, in port order. Not in flight. may overlap for different runs. A blob is not trusted, so memory that is
     * shorter than the loaded program needs is INVALID_ARGUMENT here, whatever its ports claimed; more distinct buffers than a job can name are LIMIT.
     * Sizes are in their ranges; beyond the planned ones, possible only where there is no bound, the module takes what more it needs here. A run may be bound
     * with other sizes any number of times. On an error what was bound may be lost.
     */
    enum accel_status (*run_bind)(struct accel_bk_run *run, const struct accel_bk_bind_desc *desc);
    /** What run_bind costs when only this port changes. NULL: FREE. may overlap. */
    enum accel_bind_cost (*run_bind_cost)(struct accel_bk_run *run, uint32_t port);
    /**
     * Sizes that depend on data, after the latest finished submission: in sizes, one per symbol of the built graph, those that were -1 in run_bind and that an output
     * of the graph has. Others are left alone. Also after LIMIT, which such a submission ends with when an output had too little memory: nothing is written
     * behind what was bound, and these are the sizes that it needed. A size beyond its bound, or after OK beyond the memory, breaks R-9, and the
     * runtime fails the submission with INTERNAL. Asked once for each submission, when queue_wait has told its end. NULL: no output's size depends on data. Blocks: never.
     * may overlap with everything but calls on its run.
     */
    enum accel_status (*run_sizes)(struct accel_bk_run *run, int64_t *sizes, uint32_t size_count);
    /**
     * What the latest finished submission took; takes min(count, capacity), and *out_count is always the full count, the same until the next submit; timings may be NULL with
     * capacity 0. Asked only of runs that were made
     * with TIMINGS, after a submission that ended well. Strings live as long as the run. Not in flight. NULL: nothing finer than the ticket is known.
     * may overlap for different runs.
     */
    enum accel_status (*run_timings)(struct accel_bk_run *run, struct accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count);

    /** [mandatory] may overlap. */
    enum accel_status (*queue_create)(struct accel_bk_device *device, const struct accel_bk_queue_desc *desc, struct accel_bk_queue **out_queue);
    /** [mandatory] All its work is finished or was cancelled. may overlap. */
    void (*queue_destroy)(struct accel_bk_queue *queue);
    /**
     * [mandatory] Hand one run to the device; *out_ticket is 1 for the first submission of a queue and rises by one. Allocates nothing, waits for nothing,
     * executes nothing. One call of this and queue_transfer at a time per queue; may overlap with every other call.
     * Errors: BUSY full, with this queue's work or others'; the runtime asks again when a ticket of the queue has ended, or after a while, or the application does. OUT_OF_MEMORY, RESOURCE:
     * the application gets it. UNSUPPORTED only for the wait_fds; CONTEXT_LOST, DEVICE_LOST, DEVICE_GONE. On an error nothing was queued.
     */
    enum accel_status (*queue_submit)(struct accel_bk_queue *queue, const struct accel_bk_submit *submit, uint64_t *out_ticket);
    /**
     * [mandatory] Wait until a ticket is finished. timeout_ns 0 only looks. The calling thread may execute the queue's work (a CPU device should).
     * A wait that could not be made is TIMEOUT, before its time if need be: it is no answer about the ticket. A ticket ends with OK, CANCELLED, JOB_FAILED, JOB_TIMEOUT, LIMIT,
     * OUT_OF_MEMORY (of the device), CONTEXT_LOST, DEVICE_LOST or DEVICE_GONE, the same each time it is asked about one of the latest `depth` tickets of the queue, and older ones are not
     * asked about. Any other status, and an exception, is INTERNAL, and the runtime then keeps the memory of the submission for good. With every answer but TIMEOUT the device touches no memory
     * of the ticket any more. may overlap with everything, itself included.
     */
    enum accel_status (*queue_wait)(struct accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns);
    /**
     * A descriptor of a kind in fence_export_kinds, of a ticket submitted with FLAG_FENCE; it is the runtime's. NULL unless there are such kinds. May be asked any number of times from the
     * submit on, until `depth` later tickets were given, also when the ticket has ended, with or without an error; each answer is a descriptor of its own of the same
     * fence. It may signal without the error that the ticket ends with: only queue_wait tells. may overlap.
     */
    enum accel_status (*queue_fence)(struct accel_bk_queue *queue, uint64_t ticket, enum accel_handle_kind kind, int *out_fd);
    /**
     * Drop what has not started; those tickets end with CANCELLED. ticket 0: all of the queue; else this one and no other, and UNSUPPORTED, with
     * nothing dropped, where that cannot be done for one alone. A ticket that has started ends with CANCELLED, too, where the device can stop it for good; else it goes on, and so
     * does one that has ended, with OK. NULL: nothing can be cancelled. may overlap.
     */
    enum accel_status (*queue_cancel)(struct accel_bk_queue *queue, uint64_t ticket);
    /**
     * Copy, fill or convert on the device, as queue_submit does a run, with its statuses. NULL: the runtime does it with the CPU, through buffer_map. So it does after
     * UNSUPPORTED, which says that the device cannot do this range, these buffers or these layouts.
     */
    enum accel_status (*queue_transfer)(struct accel_bk_queue *queue, const struct accel_bk_transfer *transfer, uint64_t *out_ticket);
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_DEVICE_H */
