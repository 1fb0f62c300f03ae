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
    uint32_t flags;               /**< must be 0 */
    struct accel_buffer *buffer;  /**< kept alive while bound and while in flight */
    uint64_t offset_bytes;        /**< a multiple of the port's align_bytes */
};

struct accel_run_desc {
    size_t struct_size;
    struct accel_program *program;
    struct accel_state *state; /**< of this program; NULL: one of the run's own, if the entry point has variables */
    uint32_t entry;     /**< number of the entry point in the program */
    uint32_t flags;     /**< must be 0 */
};

/**
 * An entry point of a program with its buffers. In flight once: N runs make a pipeline of depth N.
 *
 * Allocates the run's scratch now, so that submitting need not.
 *
 * Ownership: desc is borrowed for the call; the run keeps program and state. Threads: any thread. Blocks: on the kernel.
 * Errors: NOT_FOUND no such entry point; UNSUPPORTED the program was built for a bare target; OUT_OF_MEMORY; CORRUPT a file that the program maps has changed.
 */
ACCEL_API enum accel_status accel_run_create(const struct accel_run_desc *desc, struct accel_run **out_run);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_run *accel_run_ref(struct accel_run *run);
/** Drop a reference; NULL is allowed. Work in flight keeps its own. Threads: any thread. Blocks: never. */
ACCEL_API void accel_run_unref(struct accel_run *run);

/**
 * Bind buffers to ports, replacing what was bound to them. Other ports keep their binding.
 *
 * Ownership: the array is borrowed for the call. Threads: one thread per object. Blocks: see accel_run_bind_cost.
 * Errors: INVALID_ARGUMENT unknown port, port named twice, memory too short or misaligned, buffer not usable on the port's device, an output overlapping
 *         another binding without IN_PLACE; LIMIT more distinct buffers than the ports' buffer_count_max; BUSY in flight. On any error no binding has changed.
 */
ACCEL_API enum accel_status accel_run_bind(struct accel_run *run, const struct accel_binding *bindings, uint32_t binding_count, uint32_t binding_size);

enum accel_bind_cost {
    ACCEL_BIND_COST_FREE = 0,    /**< a pointer or handle changes */
    ACCEL_BIND_COST_PATCH = 1,   /**< command words are rewritten */
    ACCEL_BIND_COST_REBUILD = 2, /**< prepared state is made again */
    ACCEL_BIND_COST_MAX_ENUM = 0x7fffffff
};

/** What binding another buffer to a port costs. Threads: any thread. Blocks: never. Errors: NOT_FOUND no such port. */
ACCEL_API enum accel_status accel_run_bind_cost(struct accel_run *run, uint32_t port, enum accel_bind_cost *out_cost);

/**
 * The shape that an output really had in the latest finished submission.
 *
 * Shapes: dims takes min(rank, dim_capacity) sizes; *out_rank is always the full rank. Threads: one thread per object. Blocks: never.
 * Errors: NOT_READY no submission has finished well yet, or the run is in flight; NOT_FOUND no such output.
 */
ACCEL_API enum accel_status accel_run_output_dims(struct accel_run *run, uint32_t port, int64_t *dims, uint32_t dim_capacity, uint32_t *out_rank);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_RUN_H */
