/* SPDX-License-Identifier: MIT */
/*
 * The way to a device node: the kernel's, a device model's in this process, or one through a jail, a virtual machine or a network.
 *
 * A module never calls open, ioctl or mmap itself. It describes every request completely, pointers inside it included, so that a transport
 * which does not share the module's memory can carry it.
 */
#ifndef ACCEL_BACKEND_TRANSPORT_H
#define ACCEL_BACKEND_TRANSPORT_H

#include <accel/backend/host.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a 64-bit pointer, or a number, inside a request leads to or means. Of an unknown kind nothing else may be read. */
enum accel_bk_span_kind {
    ACCEL_BK_SPAN_KIND_IN = 1,     /**< the driver reads the bytes */
    ACCEL_BK_SPAN_KIND_OUT = 2,    /**< the driver writes the bytes */
    ACCEL_BK_SPAN_KIND_INOUT = 3,  /**< both */
    ACCEL_BK_SPAN_KIND_PINNED = 4, /**< the driver keeps the pages themselves beyond the call: cannot be carried by copying */
    ACCEL_BK_SPAN_KIND_FD_IN = 5,  /**< no pointer: an int32_t file descriptor of this process that the driver takes */
    ACCEL_BK_SPAN_KIND_FD_OUT = 6, /**< no pointer: an int32_t file descriptor that the driver makes */
    /** no pointer: a signed 64-bit CLOCK_MONOTONIC instant in ns. A transport to another clock puts that clock's instant there */
    ACCEL_BK_SPAN_KIND_INSTANT = 7,
    /** no pointer, but a 64-bit address of this process that the device itself uses (SVA): as PINNED */
    ACCEL_BK_SPAN_KIND_ADDRESS = 8,
    ACCEL_BK_SPAN_KIND_MAX_ENUM = 0x7fffffff
};

/** Memory, a descriptor, an instant or an address that a request refers to. Frozen. */
struct accel_bk_span {
    uint32_t kind;           /**< enum accel_bk_span_kind */
    uint32_t parent;         /**< where the pointer is stored: 0 in the argument, n in span n - 1, which comes before this one */
    uint64_t pointer_offset; /**< in bytes from the parent's start: eight bytes of address or instant, or four of descriptor */
    void *data;              /**< equal to the stored pointer; NULL for what is no pointer */
    uint64_t byte_count;     /**< of data; 0 for what is no pointer */
};

/**
 * One ioctl, completely described. request's own bits say how large the argument is and which way it goes.
 *
 * Every pointer that is not NULL has a span, and so has every descriptor, instant and address. A driver that is given a number of bytes or elements
 * reads or writes no more than the spans have. Spans do not overlap each other's places in a parent.
 */
struct accel_bk_request {
    size_t struct_size;
    uint64_t request; /**< as the kernel's headers make it */
    void *argument;
    const struct accel_bk_span *spans; /**< every pointer, descriptor and instant in it; a span's children come behind it */
    uint32_t span_count;
    uint32_t flags; /**< must be 0 */
};

/** What is to be mapped, and where. */
struct accel_bk_map {
    size_t struct_size;
    uint64_t offset; /**< as the driver gave it for this object */
    uint64_t size_bytes;
    uint64_t align_bytes; /**< the pointer is a multiple of it, a power of two; 0: of a page (amdxdna's heap wants 64 MiB) */
    /**
     * address space that is taken around the pointer, for later maps at its end: 0, or at least size_bytes. It is given back with unmap of
     * the last map in it
     */
    uint64_t reserve_bytes;
    /** map here, inside what an earlier map reserved; NULL: anywhere. (amdxdna wants the pieces of a heap side by side) */
    void *pointer;
};

enum accel_bk_transport_flag {
    ACCEL_BK_TRANSPORT_FLAG_SIMULATED = 1 << 0, /**< no kernel behind it; share, adopt and fences are absent */
    /**
     * requests are carried by copying: PINNED and ADDRESS answer -EOPNOTSUPP, mapped memory needs sync, and addresses of this process that
     * a module writes into mapped memory mean nothing to the device. share, adopt and fences may be absent
     */
    ACCEL_BK_TRANSPORT_FLAG_COPYING = 1 << 1,
    ACCEL_BK_TRANSPORT_FLAG_MAX_ENUM = 0x7fffffff
};

/**
 * Results are 0 or a negative errno value, as the kernel gives it. EINTR of requests is retried below this table; EAGAIN has a meaning of
 * its own in some drivers and comes back.
 *
 * Threads: any thread; a request that waits delays no other. Blocks: as the system call does.
 */
struct accel_bk_transport {
    size_t struct_size;
    void *context;
    uint32_t flags;  /**< enum accel_bk_transport_flag */
    int32_t node_fd; /**< the node's descriptor, for libraries that want one; borrowed. -1 where there is none: a module works without */

    /** [mandatory] A description that breaks its rules is -EINVAL where the transport reads it: one that copies does, the kernel's does not. */
    int (*request)(void *context, const struct accel_bk_request *request);
    /** [mandatory] Read-write, shared, not mapped in a child after fork. */
    int (*map)(void *context, const struct accel_bk_map *map, void **out_pointer);
    /** [mandatory] A whole map, as it was made. */
    int (*unmap)(void *context, void *pointer, uint64_t size_bytes);
    /**
     * Bring a range of mapped memory here (access READ, before the CPU reads and after the driver's own request for that) or take it there (access
     * WRITE, after the CPU wrote and before the driver's own request). NULL: mapped memory is the device's own, and the driver's rules
     * alone count.
     *
     * Byte by byte: what the CPU has not changed since it was brought is not taken, and what it changed and was not taken is not lost when the
     * range is brought. So a whole buffer may be named where a part of it was meant, whatever others do with the rest.
     */
    int (*sync)(void *context, void *pointer, uint64_t size_bytes, uint32_t access);
    /** dma-buf of a GEM handle; the fd is the caller's. */
    int (*share)(void *context, uint32_t gem_handle, int *out_dma_buf_fd);
    /**
     * GEM handle of a dma-buf; the fd stays the caller's. Memory that this node knows already answers its old handle, which is then not to
     * be closed twice.
     */
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
