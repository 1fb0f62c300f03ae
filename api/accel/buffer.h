/* SPDX-License-Identifier: MIT */
/*
 * A buffer: linear memory that every device of a set can use; created, imported, exported.
 */
#ifndef ACCEL_BUFFER_H
#define ACCEL_BUFFER_H

#include <accel/device.h>

#ifdef __cplusplus
extern "C" {
#endif

enum accel_access {
    ACCEL_ACCESS_READ = 1 << 0,
    ACCEL_ACCESS_WRITE = 1 << 1,
    ACCEL_ACCESS_MAX_ENUM = 0x7fffffff
};

/** What a buffer is for. Memory for less may be had where memory for everything may not (device-local, without an address for the CPU). */
enum accel_buffer_usage {
    ACCEL_BUFFER_USAGE_PORT = 1 << 0,    /**< bound to ports */
    ACCEL_BUFFER_USAGE_STATE = 1 << 1,   /**< memory of state */
    ACCEL_BUFFER_USAGE_SCRATCH = 1 << 2, /**< memory of scratch */
    ACCEL_BUFFER_USAGE_MAP = 1 << 3,     /**< accel_buffer_map, and what libaccel copies with the CPU */
    ACCEL_BUFFER_USAGE_MAX_ENUM = 0x7fffffff
};

struct accel_buffer_desc {
    size_t struct_size;
    uint64_t size_bytes;                 /**< at least 1 */
    uint64_t align_bytes;                /**< power of two; 0: what every device of the set likes */
    struct accel_device *const *devices; /**< every device that will use it, in order of preference for allocating */
    uint32_t device_count;               /**< at least 1 */
    uint32_t export_kinds;               /**< set of ACCEL_HANDLE_BIT that accel_buffer_export will be asked for */
    uint32_t usage;                      /**< set of enum accel_buffer_usage; 0: all. Another use is INVALID_ARGUMENT */
    uint32_t reserved;                   /**< must be 0 */
};

/**
 * Allocate zeroed linear memory that every named device can use without a copy.
 *
 * Ownership: desc is borrowed for the call. Threads: any thread. Blocks: on opening the devices and on the kernel.
 * Errors: UNSUPPORTED no device can allocate what the others can use (the detail names the refusing pair), or none can export all export_kinds;
 *         OUT_OF_MEMORY.
 */
ACCEL_API enum accel_status accel_buffer_create(const struct accel_buffer_desc *desc, struct accel_buffer **out_buffer);

struct accel_buffer_import_desc {
    size_t struct_size;
    uint32_t kind;         /**< enum accel_handle_kind */
    int32_t fd;            /**< for kinds that are file descriptors; else not looked at */
    void *host_pointer;    /**< for HOST_POINTER, else NULL */
    uint64_t offset_bytes; /**< start inside the foreign memory */
    uint64_t size_bytes;
    struct accel_device *const *devices;
    uint32_t device_count;
    uint32_t access;          /**< set of enum accel_access that programs will make of it */
    accel_release_fn release; /**< called when host_pointer is used no more; NULL: the caller knows by other means. Only with HOST_POINTER */
    void *release_user;
};

/**
 * Use foreign memory as a buffer.
 *
 * Work does not promise to wait for implicit fences of a dma-buf, or to leave its own there; some devices do both. Who needs that exports them (DMA_BUF_IOCTL_EXPORT_SYNC_FILE),
 * imports them as fences, and puts exported ones back. Memory is linear: that a dma-buf has a modifier other than LINEAR is not noticed, and its bytes are taken as they lie.
 *
 * Ownership: desc is borrowed for the call; the fd stays the caller's (it is duplicated); host memory must outlive the buffer and all work on it, whose end release tells.
 * Threads: any thread. Blocks: on opening the devices and on the kernel.
 * Errors: UNSUPPORTED a device cannot import this kind (the reason is in the detail); INVALID_ARGUMENT the memory is
 *         shorter than offset + size, is not of that kind, or does not permit the access.
 */
ACCEL_API enum accel_status accel_buffer_import(const struct accel_buffer_import_desc *desc, struct accel_buffer **out_buffer);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_buffer *accel_buffer_ref(struct accel_buffer *buffer);
/** Drop a reference; NULL is allowed. Work in flight keeps its own. Threads: any thread. Blocks: never. */
ACCEL_API void accel_buffer_unref(struct accel_buffer *buffer);

struct accel_buffer_info {
    size_t struct_size;
    uint64_t object_id;
    uint64_t size_bytes;
    uint64_t align_bytes;
    uint32_t export_kinds; /**< set of ACCEL_HANDLE_BIT that export will grant */
    uint32_t imported;     /**< 1 if the memory is foreign */
    uint32_t usage;        /**< set of enum accel_buffer_usage, never 0; all of foreign memory */
    uint32_t reserved;
};

/** Facts about a buffer. Threads: any thread. Blocks: never. Errors: none of its own. */
ACCEL_API enum accel_status accel_buffer_query(struct accel_buffer *buffer, struct accel_buffer_info *info);

/**
 * A new file descriptor for the buffer's memory.
 *
 * Ownership: *out_fd is the caller's to close; it keeps the memory alive, not the buffer object. Threads: any thread. Blocks: on the kernel.
 * Errors: UNSUPPORTED the kind was not among export_kinds at creation.
 */
ACCEL_API enum accel_status accel_buffer_export(struct accel_buffer *buffer, enum accel_handle_kind kind, int *out_fd);

/** A part of a buffer that the CPU reads or writes. */
struct accel_map_desc {
    size_t struct_size;
    uint64_t offset_bytes;
    uint64_t size_bytes; /**< 0: to the end of the buffer */
    uint32_t access;     /**< set of enum accel_access, not empty */
    uint32_t flags;      /**< must be 0 */
};

/**
 * Begin CPU access to a part of a buffer. Makes device writes of finished work to it visible.
 *
 * Maps nest and may overlap; every successful map needs one unmap with the same description. It does not wait for work in flight: wait for its fence first.
 *
 * Ownership: desc is borrowed for the call; *out_pointer is that of the part's first byte, the same every time, and valid until the matching unmap. Threads: any thread.
 * Blocks: on cache maintenance only.
 * Errors: INVALID_ARGUMENT the part is empty or beyond the buffer, the buffer was imported without that access, or made without MAP; BUSY work in flight uses the buffer, and
 *         its device brings caches in order for whole buffers only; DEVICE_LOST or DEVICE_GONE, if that befell the device that holds the memory.
 */
ACCEL_API enum accel_status accel_buffer_map(struct accel_buffer *buffer, const struct accel_map_desc *desc, void **out_pointer);

/**
 * End the CPU access that was begun with this description. Makes CPU writes to its part visible to work submitted afterwards.
 *
 * Ownership: desc is borrowed for the call. Threads: any thread, also another than the map's. Blocks: on cache maintenance only.
 * Errors: INVALID_ARGUMENT no such access is open. After another one the access goes on, and may be ended again.
 */
ACCEL_API enum accel_status accel_buffer_unmap(struct accel_buffer *buffer, const struct accel_map_desc *desc);

/** One side of a shared buffer: a port of a program, a port of a run, or a plain size on a device. What belongs to the other two is NULL or 0. */
struct accel_join_port {
    struct accel_program *program; /**< with the sizes that it was planned for: a port that accel_program_port says OPEN of may need more */
    struct accel_run *run;         /**< with the sizes that it has: those bound, or the planned ones while some have no value. One thread per object */
    struct accel_device *device;
    uint64_t size_bytes; /**< with device: at least 1 and less than 2^63 */
    uint32_t entry;      /**< of the program */
    uint32_t port;       /**< of the entry point */
};

/** What a recipe is looked for. */
struct accel_join_desc {
    size_t struct_size;
    const struct accel_join_port *ports;
    uint32_t port_count;   /**< at least 1 */
    uint32_t port_size;    /**< sizeof(struct accel_join_port) of the caller */
    uint32_t usage;        /**< as in accel_buffer_desc */
    uint32_t export_kinds; /**< as in accel_buffer_desc: beside what the recipe needs by itself */
};

/** How one allocation can serve several ports. */
struct accel_buffer_recipe {
    size_t struct_size;
    struct accel_device *allocator; /**< borrowed: which device allocates; NULL if refused */
    uint64_t size_bytes;
    uint64_t align_bytes;
    uint32_t export_kinds;  /**< set of ACCEL_HANDLE_BIT in which the memory leaves the allocator for the others, and those of desc */
    uint32_t layouts_agree; /**< 1: all ports see the same layout, and each finds the padding that it needs: nothing has to be converted */
    uint32_t refusing_port; /**< when refused: the port that cannot take part; ACCEL_NONE: nobody refuses */
    uint32_t refused_port;  /**< the one that it cannot share with; ACCEL_NONE: none */
    const char *reason;     /**< when refused, or when layouts disagree, a sentence; static or owned by the calling thread until its next join */
};

/**
 * Find the allocation that serves all ports, or the pair that refuses and why. Allocates nothing.
 *
 * Ownership: desc and its ports are borrowed for the call. Threads: any thread. Blocks: on opening the devices.
 * Errors: UNSUPPORTED no common memory, and the recipe then names the pair, no device can export all export_kinds, or a port of a program for a bare target; NOT_FOUND no such
 *         entry point or port.
 */
ACCEL_API enum accel_status accel_buffer_join(const struct accel_join_desc *desc, struct accel_buffer_recipe *recipe);

/** Memory for a variable of state, or for a piece of scratch. */
struct accel_memory_binding {
    uint32_t index;              /**< of the variable, or the piece */
    uint32_t reserved;           /**< must be 0 */
    struct accel_buffer *buffer; /**< of the usage that it needs */
    uint64_t offset_bytes;       /**< a multiple of its align_bytes */
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BUFFER_H */
