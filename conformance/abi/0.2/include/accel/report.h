/* SPDX-License-Identifier: MIT */
/*
 * What a build would do, and what it did: support, placement, transfers.
 */
#ifndef ACCEL_REPORT_H
#define ACCEL_REPORT_H

#include <accel/program.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the devices of a set say to one operation that is built, and the nodes of the model that it stands for. */
struct accel_support {
    size_t struct_size;
    uint32_t entry; /**< number of the entry point, as a build would number it */
    uint32_t reserved;
    const uint32_t *nodes; /**< indices in the nodes of the entry point's graph, ascending: fused into this operation, or folded away in front of it. A node may be in several */
    uint32_t node_count;
    uint32_t device;         /**< position in the set of the first device that takes it, where a target counts as the first; ACCEL_NONE: none does */
    uint32_t group;          /**< the device takes operations with one number as a whole, and answers for the whole only: no operation outside stands between them. 0: none takes it */
    uint32_t reason;         /**< enum accel_reason: OK when the first device takes it, else why that one refuses */
    const char *name;        /**< of the node in the model that gave its name; may be "" */
    const char *operation;   /**< "Conv", or "Conv+Relu" when fused */
    const char *reason_text; /**< a sentence with the reason of each device before the one that takes it; "" if there is none */
};

/** Receives one row; anything but OK ends the call with that status. Ownership: support is valid during the call. Threads: called on the thread that asked. */
typedef enum accel_status (*accel_support_fn)(void *user, const struct accel_support *support);

/**
 * Ask without building: which operations would the devices take, and why not?
 *
 * For frameworks that keep what is refused: build the nodes of whole groups; a node named in several rows belongs to each of those groups. That builds, or the build answers
 * LIMIT or OUT_OF_MEMORY. Takes the description that accel_program_build takes; balancing plays no part.
 *
 * Ownership: each report is valid during its callback, on the calling thread, in the order of execution, one entry point after the other. Every node that anything depends on is in at least one. Threads: any thread.
 * Blocks: on opening the devices, and for as long as their compilers look at the graph; cancellable through progress.
 * Errors: UNSUPPORTED the module of a device has no compiler; NOT_FOUND no module compiles for target; CANCELLED; LIMIT and CORRUPT as accel_program_build; what report answered.
 */
ACCEL_API enum accel_status accel_program_support(const struct accel_program_desc *desc, accel_support_fn report, void *user);

/** Where one operation runs, and why. */
struct accel_placement {
    size_t struct_size;
    const char *node;            /**< name in the model; the first one of a fused group */
    const char *operation;       /**< "Conv", or "Conv+Relu" when fused */
    struct accel_device *device; /**< borrowed; NULL for a target without hardware */
    uint32_t segment;
    uint32_t reason;         /**< enum accel_reason: why the first device of the set refused; OK if it runs there, or elsewhere although that one takes it */
    const char *reason_text; /**< a sentence: what each earlier device refused, or that the measured speeds decided; "" when it runs on the first device */
    uint64_t work_macs;      /**< multiply-accumulates, 0 for data movement */
    const char *remark;      /**< a sentence of the device that runs it, from when the program was loaded there, such as why it uses one thread; "" if it has none */
};

/** One row of an entry point's placement report. Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND. */
ACCEL_API enum accel_status accel_program_placement(struct accel_program *program, uint32_t entry, uint32_t index, struct accel_placement *placement);

enum accel_transfer_kind {
    ACCEL_TRANSFER_KIND_SHARED = 1,  /**< a switch of devices over memory that both see: no byte moves */
    ACCEL_TRANSFER_KIND_COPY = 2,    /**< bytes are copied as they are */
    ACCEL_TRANSFER_KIND_CONVERT = 3, /**< elements are put where another layout, or another type in memory, wants them */
    ACCEL_TRANSFER_KIND_MAX_ENUM = 0x7fffffff
};

/** In from_segment and to_segment: the application, at a port. */
#define ACCEL_SEGMENT_APPLICATION ACCEL_NONE

/** One tensor that crosses devices, or is converted for a port, every run. */
struct accel_transfer {
    size_t struct_size;
    const char *tensor;
    uint32_t kind;         /**< enum accel_transfer_kind */
    uint32_t from_segment; /**< or ACCEL_SEGMENT_APPLICATION */
    uint32_t to_segment;
    uint32_t reserved;
    uint64_t size_bytes;             /**< bytes written; of SHARED: of the memory */
    const char *reason;              /**< why bytes move, with both layouts of a conversion; "" when shared */
    const struct accel_layout *from; /**< layouts on both sides */
    const struct accel_layout *to;
    struct accel_device *device; /**< borrowed: who moves the bytes; NULL: the CPU, inside libaccel, or nobody */
};

/** One row of an entry point's transfer report. Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND. */
ACCEL_API enum accel_status accel_program_transfer(struct accel_program *program, uint32_t entry, uint32_t index, struct accel_transfer *transfer);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_REPORT_H */
