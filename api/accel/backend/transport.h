/* SPDX-License-Identifier: MIT */
/*
 * The way to a device node: the kernel's, or a device model's in this process.
 */
#ifndef ACCEL_BACKEND_TRANSPORT_H
#define ACCEL_BACKEND_TRANSPORT_H

#include <accel/backend/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The way to a device node: the kernel's, or a device model's in this process. A module never calls open, ioctl or mmap itself.
 *
 * Results are 0 or a negative errno value, as the kernel gives it. EINTR of ioctl is retried below this table; EAGAIN has a meaning of its own in some
 * drivers and comes back.
 *
 * Threads: any thread. Blocks: as the system call does.
 */
struct accel_bk_transport {
    size_t struct_size;
    void *context;
    uint32_t simulated; /**< 1: no kernel behind it; share, adopt and fences are absent */
    uint32_t reserved;

    int (*ioctl)(void *context, unsigned long request, void *argument);                        /**< [mandatory] */
    /** [mandatory] Read-write, shared. The pointer is a multiple of align_bytes, a power of two; 0: of a page. (amdxdna's heap wants 64 MiB.) */
    int (*map)(void *context, uint64_t offset, uint64_t size_bytes, uint64_t align_bytes, void **out_pointer);
    int (*unmap)(void *context, void *pointer, uint64_t size_bytes);                           /**< [mandatory] */
    /** dma-buf of a GEM handle; the fd is the caller's. */
    int (*share)(void *context, uint32_t gem_handle, int *out_dma_buf_fd);
    /** GEM handle of a dma-buf; the fd stays the caller's. Memory that this node knows already answers its old handle, which is then not to be closed twice. */
    int (*adopt)(void *context, int dma_buf_fd, uint32_t *out_gem_handle);
    /** sync_file of the fences on a dma-buf that an access of this kind (set of enum accel_access) has to wait for. */
    int (*fence_from)(void *context, int dma_buf_fd, uint32_t access, int *out_sync_file_fd);
    /** Add a sync_file to a dma-buf as the fence of an access of this kind. */
    int (*fence_to)(void *context, int dma_buf_fd, uint32_t access, int sync_file_fd);
    /**
     * Wait for a sync_file. deadline_ns is a CLOCK_MONOTONIC instant; 0 looks only; UINT64_MAX never ends. 0: signalled; -ETIME: not yet;
     * another negative value is the error that the fence carries.
     */
    int (*fence_wait)(void *context, int sync_file_fd, uint64_t deadline_ns);
    /** CLOCK_MONOTONIC instant at which the last fence of a sync_file signalled, whenever it is asked for. -ETIME: not yet. */
    int (*fence_time)(void *context, int sync_file_fd, uint64_t *out_signalled_ns);
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_TRANSPORT_H */
