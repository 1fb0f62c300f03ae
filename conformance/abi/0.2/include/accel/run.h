/* SPDX-License-Identifier: MIT */
/*
 * A run: an entry point of a program with its buffers.
 */
#ifndef ACCEL_RUN_H
#define ACCEL_RUN_H

#include <accel/buffer.h>
#include <accel/program.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One buffer bound to one port. */
struct accel_binding {
    uint32_t port;
    uint32_t flags; /**< must be 0 */
    /**
     * kept alive while bound and while in flight, and unbound until its device is given other memory. NULL, with offset and size 0: nothing is bound from now on; DEFAULT has the model's values again
     */
    struct accel_buffer *buffer;
    uint64_t offset_bytes; /**< a multiple of the port's align_bytes */
    /** memory that the port may use; 0: to the end of the buffer. Of an output whose size depends on data it may be less than its bound */
    uint64_t size_bytes;
};

enum accel_bind_flag {
    /** Answer NOT_FOUND instead of running compilers: then accel_program_prepare, with progress, and bind again. */
    ACCEL_BIND_FLAG_PREPARED_ONLY = 1 << 0,
    ACCEL_BIND_FLAG_MAX_ENUM = 0x7fffffff
};

struct accel_bind_desc {
    size_t struct_size;
    const struct accel_binding *bindings;
    const struct accel_symbol_value *symbols; /**< sizes from now on; symbols that are not named keep theirs */
    uint32_t binding_count;
    uint32_t binding_size; /**< sizeof(struct accel_binding) of the caller */
    uint32_t symbol_count;
    uint32_t symbol_size; /**< sizeof(struct accel_symbol_value) of the caller */
    uint32_t flags;       /**< enum accel_bind_flag */
    uint32_t reserved;    /**< must be 0 */
};

/**
 * In order: a larger number goes first. There is room between the names; a device takes the nearest level below that it has, else its
 * lowest.
 */
enum accel_priority {
    ACCEL_PRIORITY_BACKGROUND = -200,
    ACCEL_PRIORITY_LOW = -100,
    ACCEL_PRIORITY_NORMAL = 0,
    ACCEL_PRIORITY_HIGH = 100,
    ACCEL_PRIORITY_REALTIME = 200,
    ACCEL_PRIORITY_MAX_ENUM = 0x7fffffff
};

enum accel_run_flag {
    ACCEL_RUN_FLAG_TIMINGS = 1 << 0, /**< measure each submission, as finely as the devices can; may cost time. accel_run_timing tells */
    ACCEL_RUN_FLAG_MAX_ENUM = 0x7fffffff
};

struct accel_run_desc {
    size_t struct_size;
    struct accel_program *program;
    struct accel_state *state;     /**< of this program; NULL: one of the run's own, if the entry point has variables */
    struct accel_scratch *scratch; /**< made for this program; NULL: the run has its own */
    uint32_t entry;                /**< number of the entry point in the program */
    uint32_t flags;                /**< enum accel_run_flag */
    /** that of the queues it will be submitted to: some devices give it to what a run is made of, not to queues. A hint */
    int32_t priority;
    uint32_t reserved; /**< must be 0 */
};

/**
 * An entry point of a program with its buffers. In flight once: N runs make a pipeline of depth N.
 *
 * Takes all memory that submitting needs now; where sizes are open, when they are bound.
 *
 * Ownership: desc is borrowed for the call; the run keeps program and state. Threads: any thread. Blocks: on the kernel.
 * Errors: NOT_FOUND no such entry point; UNSUPPORTED the program was built for a bare target; LIMIT the state lies in more buffers than a job can name; OUT_OF_MEMORY; CORRUPT a file that the program maps has changed.
 */
ACCEL_API enum accel_status accel_run_create(const struct accel_run_desc *desc, struct accel_run **out_run);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_run *accel_run_ref(struct accel_run *run);
/** Drop a reference; NULL is allowed. Work in flight keeps its own. Threads: any thread. Blocks: never. */
ACCEL_API void accel_run_unref(struct accel_run *run);

/**
 * Bind buffers and sizes, replacing what was bound. What is not named stays.
 *
 * Once every open size has a value all sizes are known, before anything is submitted: accel_run_port tells them. So sizes may be bound first, and
 * buffers for them in a second call: each call checks the buffers that it names, and submit refuses one of an earlier call that has become too short.
 *
 * Sizes that are not built yet are built here, without progress and without a way to cancel it: who wants those calls accel_program_prepare first, and binds with
 * PREPARED_ONLY.
 *
 * Ownership: desc and its arrays are borrowed for the call. Threads: one thread per object. Blocks: see accel_run_bind_cost.
 * Errors: INVALID_ARGUMENT unknown port or symbol, one named twice, a size outside its range or not a multiple, memory misaligned or shorter than the
 *         sizes of now need, buffer not usable on the port's device, an output overlapping another binding without IN_PLACE; LIMIT more distinct buffers than the entry point's
 *         buffer_count_max; NOT_FOUND no such set of sizes is built (PREPARED_ONLY); BUSY in flight; where sizes are to be built, what a build answers.
 *         On any error nothing that was bound has changed.
 */
ACCEL_API enum accel_status accel_run_bind(struct accel_run *run, const struct accel_bind_desc *desc);

enum accel_bind_cost {
    ACCEL_BIND_COST_FREE = 0,    /**< a pointer or handle changes */
    ACCEL_BIND_COST_PATCH = 1,   /**< command words are rewritten */
    ACCEL_BIND_COST_REBUILD = 2, /**< prepared state is made again */
    ACCEL_BIND_COST_COMPILE = 3, /**< compilers run */
    ACCEL_BIND_COST_MAX_ENUM = 0x7fffffff
};

/**
 * What binding another buffer to a port costs; port ACCEL_NONE: other sizes, COMPILE where sets of sizes are built (what is not built yet). Threads: one thread per object.
 * Blocks: never. Errors: NOT_FOUND no such port.
 */
ACCEL_API enum accel_status accel_run_bind_cost(struct accel_run *run, uint32_t port, enum accel_bind_cost *out_cost);

/** What a run has done since it was made. */
struct accel_run_info {
    size_t struct_size;
    uint64_t object_id;
    uint64_t submission_count; /**< that have begun */
    uint64_t conversion_count; /**< tensors that were converted */
    uint64_t converted_bytes;
    uint64_t copy_count; /**< tensors that were copied between devices as they are */
    uint64_t copied_bytes;
    uint32_t latest_status; /**< enum accel_status: what the latest submission ended with; NOT_READY while it is in flight, and before the first */
    uint32_t reserved;
};

/** Facts about a run. Threads: one thread per object, also in flight. Blocks: never. Errors: none of its own. */
ACCEL_API enum accel_status accel_run_query(struct accel_run *run, struct accel_run_info *info);

/**
 * Facts about a port with the sizes of now: EXACT once every open size has a value, before that as accel_program_port tells them.
 *
 * An output whose size depends on data is a BOUND until a submission has finished, then EXACT for that one, and a BOUND again after the next submit
 * or bind. If it needed more than its binding has, that submission failed with LIMIT, and the sizes here are those that it needed.
 *
 * Shapes: info->dims are rank sizes in the model's axis order.
 * Ownership: pointers live until the next bind or submit of the run. Threads: one thread per object. Blocks: never.
 * Errors: BUSY the run is in flight; NOT_FOUND no such port.
 */
ACCEL_API enum accel_status accel_run_port(struct accel_run *run, uint32_t port, struct accel_port_info *info);

enum accel_timing_kind {
    ACCEL_TIMING_KIND_SEGMENT = 1,   /**< a whole piece on one device */
    ACCEL_TIMING_KIND_OPERATION = 2, /**< one row of the placement report */
    ACCEL_TIMING_KIND_PART = 3,      /**< a part of an operation: a tile, a core's share, a DMA */
    ACCEL_TIMING_KIND_TRANSFER = 4,  /**< one row of the transfer report that moves bytes */
    ACCEL_TIMING_KIND_MAX_ENUM = 0x7fffffff
};

/** When something of the latest submission ran. */
struct accel_timing {
    size_t struct_size;
    const char *name;            /**< of the node, the part or the tensor; "" for a SEGMENT */
    struct accel_device *device; /**< borrowed; NULL: the CPU, inside libaccel */
    uint64_t begin_ns;           /**< CLOCK_MONOTONIC; 0: not known */
    /** 0: not known, or with a begin_ns that there was nothing to do. Of an operation with parts apart from each other: their sum */
    uint64_t duration_ns;
    uint64_t cycles;  /**< of the device's own clock; 0: not known */
    uint32_t kind;    /**< enum accel_timing_kind */
    uint32_t segment; /**< of a TRANSFER: the one that it makes ready */
    uint32_t row;     /**< in the placement or transfer report; ACCEL_NONE: of none, which a SEGMENT is */
    /**
     * row of the placement report whose time has this operation's too, as the device does both at once; no times are here then. ACCEL_NONE:
     * the times here are its own
     */
    uint32_t counted_in;
    uint32_t lane; /**< which of the device's engines, from 0 */
    uint32_t reserved;
};

/**
 * One row of what the latest submission took, in order of begin, a whole before its parts.
 *
 * There is a SEGMENT for every piece and a TRANSFER for every copy; OPERATIONs where the segment's device measures them, and then one for
 * every row of the placement report in that segment. A SEGMENT whose device does not measure begins when it was handed over and ends when
 * it was found finished.
 *
 * Ownership: pointers live until the next submit of the run. Threads: one thread per object. Blocks: never.
 * Errors: BUSY the latest is in flight; NOT_FOUND no submission has been made yet, the latest has failed, beyond the last, or without TIMINGS.
 */
ACCEL_API enum accel_status accel_run_timing(struct accel_run *run, uint32_t index, struct accel_timing *timing);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_RUN_H */
