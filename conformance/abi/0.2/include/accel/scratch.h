/* SPDX-License-Identifier: MIT */
/*
 * Scratch: memory that runs need while they execute, and that runs which never execute together can share.
 */
#ifndef ACCEL_SCRATCH_H
#define ACCEL_SCRATCH_H

#include <accel/buffer.h>
#include <accel/program.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One piece of scratch that a run of an entry point needs: a module's own, or a tensor that libaccel keeps between segments. */
struct accel_scratch_info {
    size_t struct_size;
    struct accel_device *device; /**< borrowed: every device that needs it has to be able to use it, this one most */
    uint64_t size_bytes;
    uint64_t align_bytes;
    uint32_t can_supply; /**< 1: the application may supply it, and runs may share it; 0: the module allocates it for each run */
    uint32_t usage;      /**< set of enum accel_buffer_usage that its memory has to have */
};

/**
 * What a piece of scratch needs.
 *
 * Ownership: pointers live as long as the program. Threads: any thread. Blocks: never.
 * Errors: NOT_FOUND no such entry point, or beyond the last; UNSUPPORTED the program was built for a bare target.
 */
ACCEL_API enum accel_status accel_program_scratch(struct accel_program *program, uint32_t entry, uint32_t index, struct accel_scratch_info *info);

/**
 * The pieces of an accel_scratch are numbered through: those of the first entry point of the first program, then those of its next entry point, and so
 * on.
 */
struct accel_scratch_desc {
    size_t struct_size;
    struct accel_program *const *programs; /**< runs of these may use it; no two alike */
    /** pieces that the application supplies; libaccel allocates the others, one memory for all that can share it */
    const struct accel_memory_binding *memory;
    uint32_t program_count; /**< at least 1 */
    uint32_t memory_count;
    uint32_t memory_size; /**< sizeof(struct accel_memory_binding) of the caller */
    uint32_t reserved;    /**< must be 0 */
};

/**
 * Scratch for runs that never execute together. Submissions with it follow each other: on one queue they do anyway; one to another queue
 * waits for a fence value that the latest one signals, or is BUSY while any is in flight elsewhere.
 *
 * What is in it means nothing between runs. A module that cannot use the memory it is given makes its own, and the log says so.
 *
 * Ownership: desc is borrowed for the call; the scratch keeps buffers and programs. Threads: any thread. Blocks: on the kernel.
 * Errors: INVALID_ARGUMENT memory that is misaligned, too short, not usable on its devices, for a piece that cannot be supplied or that does
 *         not exist, or where two pieces of one entry point overlap; UNSUPPORTED a program was built for a bare target; OUT_OF_MEMORY.
 */
ACCEL_API enum accel_status accel_scratch_create(const struct accel_scratch_desc *desc, struct accel_scratch **out_scratch);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_scratch *accel_scratch_ref(struct accel_scratch *scratch);
/** Drop a reference; NULL is allowed. Runs keep their own. Threads: any thread. Blocks: never. */
ACCEL_API void accel_scratch_unref(struct accel_scratch *scratch);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_SCRATCH_H */
