/* SPDX-License-Identifier: MIT */
/*
 * State: memory of variables, which lives from run to run.
 */
#ifndef ACCEL_STATE_H
#define ACCEL_STATE_H

#include <accel/run.h>

#ifdef __cplusplus
extern "C" {
#endif

struct accel_state_desc {
    size_t struct_size;
    struct accel_program *program;
    const struct accel_memory_binding *memory; /**< variables whose memory, of usage STATE and MAP, the application supplies; libaccel allocates the others */
    uint32_t memory_count;
    uint32_t memory_size; /**< sizeof(struct accel_memory_binding) of the caller */
    /** NULL: variables have their initial values. Else a state of this program, idle and in no other thread's hands, whose values they have: a conversation that goes on in two ways */
    struct accel_state *source;
};

/**
 * The variables of a program, with their initial values. Runs of all its entry points may use one state, one submission after the other:
 * those on one queue follow each other; a submit on another queue waits for a fence value that the latest one with this state signals, or
 * is BUSY until all have ended. Several threads may submit with it at once; reset, copying and looking at it are one thread's. A
 * submission that fails may have written some variables and not others: reset, or go back to a state that was made of this one before.
 *
 * Ownership: desc is borrowed for the call; the state keeps program and buffers, and nothing of source. Threads: any thread. Blocks: on opening the devices, on
 * the kernel, and while initial values are written.
 * Errors: UNSUPPORTED the program was built for a bare target; INVALID_ARGUMENT memory that is misaligned, too short, overlapping, another state's, not for
 *         this usage or not usable on its device, or a source of another program; BUSY the source is in flight; NOT_FOUND no such variable; OUT_OF_MEMORY.
 */
ACCEL_API enum accel_status accel_state_create(const struct accel_state_desc *desc, struct accel_state **out_state);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_state *accel_state_ref(struct accel_state *state);
/** Drop a reference; NULL is allowed. Work in flight keeps its own. Threads: any thread. Blocks: never. */
ACCEL_API void accel_state_unref(struct accel_state *state);

/** Give every variable its initial value. Threads: one thread per object. Blocks: while values are written. Errors: BUSY in flight. */
ACCEL_API enum accel_status accel_state_reset(struct accel_state *state);

/** One variable, and where it lies. */
struct accel_variable_info {
    size_t struct_size;
    const char *name;
    const int64_t *dims;               /**< rank, model axis order; the largest that an entry point reads or writes, or as the model says */
    const struct accel_layout *layout; /**< of a tensor of these dims; the same for all entry points */
    struct accel_device *device;       /**< borrowed: which device it lives on */
    struct accel_buffer *buffer;       /**< borrowed; NULL from accel_program_variable */
    uint64_t offset_bytes;
    uint64_t size_bytes;
    uint64_t align_bytes;
    uint32_t type; /**< enum accel_type */
    uint32_t rank;
    /** 1: runs write where they read; 0: some write elsewhere, and their submissions copy it at the end, which the transfer report tells */
    uint32_t in_place;
    uint32_t reserved;
};

/**
 * What a variable of a program needs.
 *
 * Shapes: rank sizes. Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND.
 */
ACCEL_API enum accel_status accel_program_variable(struct accel_program *program, uint32_t variable, struct accel_variable_info *info);

/**
 * Where a variable of a state lies. Its buffer may be mapped, copied, exported between submissions.
 *
 * Shapes: rank sizes. Ownership: pointers live as long as the state. Threads: one thread per object. Blocks: never. Errors: NOT_FOUND; BUSY
 * in flight.
 */
ACCEL_API enum accel_status accel_state_variable(struct accel_state *state, uint32_t variable, struct accel_variable_info *info);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_STATE_H */
