/* SPDX-License-Identifier: MIT */
/*
 * Memory of a module's device.
 */
#ifndef ACCEL_BACKEND_BUFFER_H
#define ACCEL_BACKEND_BUFFER_H

#include <accel/backend/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What is to be allocated or imported.
 *
 * An import is mapped and unmapped on the device that owns the memory, if at all: what the importing hardware needs to see the CPU's bytes, and the CPU its, it does with each
 * submission. Fences that a dma-buf has when a submission is made are not waited for by promise, nor need work leave any there: who needs that passes a
 * sync_file. That a driver does both is no error.
 */
struct accel_bk_buffer_desc {
    size_t struct_size;
    uint64_t size_bytes;
    uint64_t align_bytes;
    void *host_pointer;
    uint64_t offset_bytes; /**< into the foreign memory */
    int32_t fd;            /**< stays the runtime's */
    uint32_t import_kind;  /**< enum accel_handle_kind, one of buffer_import_kinds; or 0: allocate */
    uint32_t export_kinds; /**< that buffer_export will be asked for: set of ACCEL_HANDLE_BIT, of buffer_export_kinds */
    uint32_t access;       /**< of imports: set of enum accel_access */
    uint32_t usage;        /**< set of enum accel_buffer_usage, never 0; without MAP buffer_map is not called */
    uint32_t reserved;     /**< 0 */
};

/** A part of a buffer that the CPU reads or writes from buffer_map to buffer_unmap. With WRITE, bytes in it that the CPU does not write are as they were, also without READ. */
struct accel_bk_access {
    size_t struct_size;
    uint64_t offset_bytes;
    uint64_t size_bytes; /**< at least 1, inside the buffer */
    uint32_t access;     /**< set of enum accel_access, not empty */
    uint32_t reserved;   /**< 0 */
};

/** Memory inside a buffer. */
struct accel_bk_memory {
    struct accel_bk_buffer *buffer;
    uint64_t offset_bytes;
    uint64_t size_bytes;
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_BUFFER_H */
