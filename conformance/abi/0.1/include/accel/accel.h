/* SPDX-License-Identifier: MIT */
/*
 * libaccel: the application door.
 *
 * One C API for every accelerator behind /dev/accel, and for the CPU. An application
 * links libaccel.so.0, lists devices, turns a model into a program for an ordered set of
 * devices, binds buffers to a run and submits it to a queue.
 *
 *     once per process     once per model                     every inference
 *     instance, devices    model, program, buffers, run       queue submit -> fence wait
 *
 * Conventions, valid for every declaration below
 * - Objects are opaque, reference counted and typed. `create`, `import`, `build`, `load` give
 *   the caller one reference; `ref` adds one, `unref` drops one and accepts NULL. A child keeps its
 *   parents alive, so the order of the last unrefs does not matter.
 * - Out parameters come last. On any error every out handle is NULL and every out fd is -1.
 * - A `struct_size` member is set by the caller to sizeof the struct it was compiled with. Members beyond it
 *   are neither read nor written; unknown non-zero input members are INVALID_ARGUMENT.
 *   Arrays of structs carry the element size beside the count.
 *   In structs that libaccel hands out (accel_error, report entries, accel_support, accel_model_graph, extension tables) struct_size is the library's: read no member
 *   beyond it. Structs without a size (accel_dim, accel_symbol, accel_symbol_value, accel_fence_point, accel_attribute, accel_option,
 *   accel_quantization) are frozen: their reserved members are 0, and what has no room there arrives as a parallel array in the owner.
 * - Strings are UTF-8, NUL terminated. A string inside a returned struct lives as long as the object asked.
 * - Threads: *any thread* = may be called at any time from any thread; *one thread per object* = calls
 *   that name the same object must not overlap; *host thread* = called by libaccel on a thread of its own.
 * - Callbacks must not throw, longjmp or end the thread, and must not call libaccel unless their comment says so.
 * - *Blocks: never* on unref excludes the last reference, which may call drivers and close devices. submit, transfer, query and wait may do the same for objects that only
 *   finished work kept alive.
 * - No function changes the signal mask, the floating point environment, the locale or the working directory.
 * - After fork the child may only unref: every call with a status answers ACCEL_STATUS_FORKED.
 * - Every rule that this header states has a number in docs/contract.md, and a case of the conformance suite or a unit test.
 *
 * Labels in the comments, in this order: Shapes, Units, Ownership, Threads, Blocks, Errors. Every function says Threads and Blocks, and Errors if it answers with a
 * status; another label that cannot apply is left out. Errors lists the codes that a caller treats differently. Possible everywhere are INVALID_ARGUMENT (a rule of the
 * declaration was broken), OUT_OF_MEMORY, RESOURCE (descriptors are used up), INTERNAL (the detail names the module that broke its contract) and FORKED; where something
 * is done on a device also DEVICE_LOST and DEVICE_GONE; and where devices are opened (Blocks says so) what accel_device_open answers.
 */
#ifndef ACCEL_ACCEL_H
#define ACCEL_ACCEL_H

#include <stddef.h>
#include <stdint.h>

#include <accel/catalog.h>

#if UINTPTR_MAX < UINT64_MAX
#error "libaccel is for 64-bit processes: its structs, offsets and mmap arguments are 64 bits wide"
#endif

#if defined(ACCEL_BUILDING_RUNTIME)
#define ACCEL_API __attribute__((visibility("default")))
#else
#define ACCEL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** Version of this header. The library's own is accel_version(). */
#define ACCEL_VERSION_MAJOR 0u
#define ACCEL_VERSION_MINOR 1u
#define ACCEL_VERSION_PATCH 0u
#define ACCEL_MAKE_VERSION(major, minor, patch) (((major) << 22) | ((minor) << 12) | (patch))
#define ACCEL_VERSION ACCEL_MAKE_VERSION(ACCEL_VERSION_MAJOR, ACCEL_VERSION_MINOR, ACCEL_VERSION_PATCH)

/** A timeout that never ends. Timeouts are relative nanoseconds on CLOCK_MONOTONIC; 0 only looks. */
#define ACCEL_TIMEOUT_FOREVER UINT64_MAX

struct accel_instance;
struct accel_device;
struct accel_buffer;
struct accel_fence;
struct accel_model;
struct accel_program;
struct accel_run;
struct accel_queue;

/* ------------------------------------------------------------------ status */

/**
 * What a call, or a submission that failed later, ended with.
 *
 * The list is append only. Transient codes (accel_status_is_transient) may succeed when the same call is made
 * again; the others will not until something else changes.
 */
enum accel_status {
    ACCEL_STATUS_OK = 0,
    ACCEL_STATUS_NOT_READY = 1,        /**< transient: looked, and it has not happened yet */
    ACCEL_STATUS_TIMEOUT = 2,          /**< transient: waited as long as asked */
    ACCEL_STATUS_BUSY = 3,             /**< transient: ring full, or object in flight */
    ACCEL_STATUS_INVALID_ARGUMENT = 4, /**< the caller broke a rule; accel_last_error() says which */
    ACCEL_STATUS_UNSUPPORTED = 5,      /**< legal, but not on this device, module or machine */
    ACCEL_STATUS_NOT_FOUND = 6,        /**< no such file, device, port, importer */
    ACCEL_STATUS_OUT_OF_MEMORY = 7,    /**< host or device memory */
    ACCEL_STATUS_RESOURCE = 8,         /**< transient: contexts, handles, descriptors, disk space are used up now */
    ACCEL_STATUS_PERMISSION = 9,       /**< the system refused access */
    ACCEL_STATUS_IO = 10,              /**< reading or writing failed */
    ACCEL_STATUS_CORRUPT = 11,         /**< bytes that are not what they claim to be */
    ACCEL_STATUS_INCOMPATIBLE = 12,    /**< intact, but of another version, device or machine */
    ACCEL_STATUS_CANCELLED = 13,       /**< the application asked for it */
    ACCEL_STATUS_DEADLINE = 14,        /**< the submission's deadline passed before it started */
    ACCEL_STATUS_JOB_FAILED = 15,      /**< the device refused or aborted this job; the queue goes on */
    ACCEL_STATUS_JOB_TIMEOUT = 16,     /**< the device did not finish this job in time; the queue goes on */
    ACCEL_STATUS_CONTEXT_LOST = 17,    /**< this queue is dead; a new queue on the same device works */
    ACCEL_STATUS_DEVICE_LOST = 18,     /**< every object on the device is dead; opening it again works */
    ACCEL_STATUS_DEVICE_GONE = 19,     /**< the device left the machine */
    ACCEL_STATUS_FORKED = 20,          /**< called in a child process of the one that made the object */
    ACCEL_STATUS_INTERNAL = 21,        /**< a bug in libaccel or in a module; the detail names which */
    ACCEL_STATUS_LIMIT = 22,           /**< needs more than the device has; the same request will never fit */
    ACCEL_STATUS_MAX_ENUM = 0x7fffffff /**< no status: makes every 32-bit value representable */
};

/** The latest failure on the calling thread. */
struct accel_error {
    size_t struct_size;
    uint32_t status;       /**< enum accel_status */
    uint32_t reserved;
    uint64_t object_id;    /**< process-wide id of the object concerned, or 0 */
    const char *rule;      /**< number of the broken rule in docs/contract.md, or "" */
    const char *message;   /**< one sentence: what was given, what was expected, what helps */
};

/**
 * Version of the loaded library, as ACCEL_MAKE_VERSION.
 *
 * Threads: any thread. Blocks: never.
 */
ACCEL_API uint32_t accel_version(void);

/**
 * Name of a status, such as "BUSY"; "UNKNOWN" for a value outside the enum.
 *
 * Ownership: static. Threads: any thread. Blocks: never.
 */
ACCEL_API const char *accel_status_name(enum accel_status status);

/**
 * 1 if trying again may succeed, else 0.
 *
 * Threads: any thread. Blocks: never.
 */
ACCEL_API int accel_status_is_transient(enum accel_status status);

/**
 * Detail of the latest call on this thread that did not answer OK.
 *
 * A call that succeeds leaves it alone, so it is only meaningful after a failure. It never allocates.
 *
 * Ownership: valid until the next failing call on the same thread. Threads: any thread. Blocks: never.
 */
ACCEL_API const struct accel_error *accel_last_error(void);

/**
 * Tells that borrowed memory is used no more and may be freed. Called exactly once if the call that borrowed the memory answered OK, and never if it did not.
 *
 * Threads: called without any lock, on the thread that drops the last user of the memory. That may be a host thread, or one that only asked how far work is (submit,
 * query, wait). Of libaccel it may call unref functions only.
 */
typedef void (*accel_release_fn)(void *user);

/** Progress of an import, a build or a load in [0, 1]; a non-zero answer cancels it. Called at least every 100 ms of libaccel's own work. Threads: called on the thread that asked. */
typedef int (*accel_progress_fn)(void *user, double fraction, const char *step);

/**
 * An extension or experiment by name: a versioned struct of functions from its own small header in accel/ext/.
 *
 * object is any libaccel object.
 *
 * Ownership: static; NULL when the name is unknown or the version is not offered. Threads: any thread. Blocks: never.
 */
ACCEL_API const void *accel_interface(void *object, const char *name, uint32_t version);

/* ---------------------------------------------------------------- instance */

enum accel_log_level {
    ACCEL_LOG_LEVEL_ERROR = 1,
    ACCEL_LOG_LEVEL_WARNING = 2,
    ACCEL_LOG_LEVEL_INFO = 3,
    ACCEL_LOG_LEVEL_DEBUG = 4,
    ACCEL_LOG_LEVEL_MAX_ENUM = 0x7fffffff
};

/** Receives log lines. Threads: called on any thread, also on host threads; must not call libaccel. */
typedef void (*accel_log_fn)(void *user, enum accel_log_level level, const char *module, const char *message);

enum accel_instance_flag {
    /** Also list devices that `device-model` modules play in this process; they are marked SIMULATED. */
    ACCEL_INSTANCE_FLAG_SIMULATED = 1 << 0,
    /** Use only module_paths: neither the environment nor the built-in directories. */
    ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS = 1 << 1,
    /**
     * Install no SIGBUS handler for the files that this instance maps. Without it a file that shrinks while it is mapped ends the process. The environment's
     * ACCEL_NO_SIGBUS_HANDLER=1 says the same for all instances.
     */
    ACCEL_INSTANCE_FLAG_NO_SIGBUS_HANDLER = 1 << 2
};

struct accel_instance_desc {
    size_t struct_size;
    uint32_t flags;                    /**< enum accel_instance_flag */
    uint32_t log_level;                /**< most verbose enum accel_log_level wanted; 0: WARNING */
    accel_log_fn log;                  /**< NULL: standard error */
    void *log_user;
    const char *const *module_paths;   /**< directories with manifests, searched first */
    uint32_t module_path_count;
    uint32_t device_filter_count;
    const char *const *device_filters; /**< keep devices whose id, backend or driver equals one; none: keep all */
    const char *sysfs_root;            /**< NULL: "/sys"; tests point it elsewhere */
    const char *dev_root;              /**< NULL: "/dev" */
};

/**
 * Make a view of the process-wide set of modules and devices.
 *
 * Reads manifests and sysfs. Opens no device and loads no module that no device needs. A module or manifest that fails is skipped and
 * reported (accel_instance_report). ACCEL_BACKEND_PATH adds directories (colon separated) unless the process is privileged.
 *
 * Ownership: desc is borrowed for the call; NULL means all defaults. Threads: any thread. Blocks: on file reads.
 * Errors: PERMISSION, RESOURCE or IO only when nothing at all could be read; an empty list of devices is OK.
 */
ACCEL_API enum accel_status accel_instance_create(const struct accel_instance_desc *desc, struct accel_instance **out_instance);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_instance *accel_instance_ref(struct accel_instance *instance);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: while the last reference ends host threads. */
ACCEL_API void accel_instance_unref(struct accel_instance *instance);

enum accel_report_kind {
    ACCEL_REPORT_KIND_MANIFEST = 1, /**< a manifest file and its module */
    ACCEL_REPORT_KIND_NODE = 2,     /**< a device node seen in sysfs */
    ACCEL_REPORT_KIND_DEVICE = 3    /**< a device that is listed */
};

/** One line of the discovery report. */
struct accel_report_entry {
    size_t struct_size;
    uint32_t kind;        /**< enum accel_report_kind */
    uint32_t status;      /**< enum accel_status: OK when it is in use or usable */
    const char *subject;  /**< module name, node or device id */
    const char *path;     /**< manifest file, node path; "" if none */
    const char *action;   /**< what was done: "listed", "skipped", "loaded", … */
    const char *reason;   /**< why, in a sentence; "" if nothing is to be said */
    const char *remedy;   /**< what helps, in a sentence; "" if nothing is needed */
};

/** Receives one line of the report. Ownership: entry is valid during the call. Threads: called on the thread that asked. */
typedef void (*accel_report_fn)(void *user, const struct accel_report_entry *entry);

/**
 * Tell for every manifest, node and device what was done with it and why not.
 *
 * Ownership: each entry is valid during its callback. Threads: any thread; report is called on the calling thread. Blocks: never. Errors: none of its own.
 */
ACCEL_API enum accel_status accel_instance_report(struct accel_instance *instance, accel_report_fn report, void *user);

/** Number of listed devices. The list does not change during an instance's life. Threads: any thread. Blocks: never. */
ACCEL_API uint32_t accel_instance_device_count(struct accel_instance *instance);

/**
 * A listed device by position: accelerators in node order, then simulated ones, then the CPU.
 *
 * Ownership: adds a reference. Threads: any thread. Blocks: never. Errors: NOT_FOUND index is too large.
 */
ACCEL_API enum accel_status accel_instance_device(struct accel_instance *instance, uint32_t index, struct accel_device **out_device);

/**
 * A device by id, or by backend, driver or kind name when only one device matches.
 *
 * Ownership: adds a reference. Threads: any thread. Blocks: never.
 * Errors: NOT_FOUND nothing matches (the detail lists what there is); INVALID_ARGUMENT several match.
 */
ACCEL_API enum accel_status accel_instance_find_device(struct accel_instance *instance, const char *name, struct accel_device **out_device);

/**
 * The default device set: the real devices that this process can use, in the order of the list, so the CPU last.
 *
 * Each candidate is opened, and stays open while the reference handed out lives. Left out are simulated devices, those that are used only by name (BY_NAME), and what cannot
 * be used: it does not open, or its module has no compiler. What cannot be used is logged as a warning, and accel_instance_report tells of each device left out, with the
 * reason and a remedy, until the next call.
 *
 * Ownership: devices takes min(count, device_capacity) devices, each with a reference added; room for accel_instance_device_count is always enough. *out_count is always the
 * full count. Threads: any thread. Blocks: as accel_device_open does, once per candidate.
 * Errors: NOT_FOUND no device can be used (the detail has the reasons).
 */
ACCEL_API enum accel_status accel_instance_default_devices(struct accel_instance *instance, struct accel_device **devices, uint32_t device_capacity, uint32_t *out_count);

/* ------------------------------------------------------------------ device */

enum accel_device_kind {
    ACCEL_DEVICE_KIND_CPU = 1,
    ACCEL_DEVICE_KIND_NPU = 2,
    ACCEL_DEVICE_KIND_GPU = 3,
    ACCEL_DEVICE_KIND_OTHER = 4
};

enum accel_device_flag {
    ACCEL_DEVICE_FLAG_SIMULATED = 1 << 0,     /**< played by a model in this process: no silicon, no kernel */
    ACCEL_DEVICE_FLAG_OPEN = 1 << 1,          /**< opened; facts that only an open device tells are filled in */
    ACCEL_DEVICE_FLAG_SINGLE_CONTEXT = 1 << 2, /**< one process at a time may open it */
    ACCEL_DEVICE_FLAG_BY_NAME = 1 << 3        /**< used only where it is named: its manifest keeps it out of the default set */
};

/** What keeps one client's job from another client's memory. */
enum accel_isolation {
    ACCEL_ISOLATION_UNKNOWN = 0,
    ACCEL_ISOLATION_PROCESS = 1,          /**< the work runs as this process */
    ACCEL_ISOLATION_IOMMU = 2,            /**< an address space of its own */
    ACCEL_ISOLATION_KERNEL_VALIDATOR = 3, /**< only the kernel's check of the command stream */
    ACCEL_ISOLATION_NONE = 4
};

/** Ways for memory to enter or leave libaccel. Used as a value and, shifted, as a set. */
enum accel_handle_kind {
    ACCEL_HANDLE_KIND_DMA_BUF = 1,
    ACCEL_HANDLE_KIND_MEMFD = 2,
    ACCEL_HANDLE_KIND_HOST_POINTER = 3,
    ACCEL_HANDLE_KIND_VULKAN_OPAQUE_FD = 4,
    ACCEL_HANDLE_KIND_SYNC_FILE = 5,
    ACCEL_HANDLE_KIND_DRM_SYNCOBJ = 6,
    ACCEL_HANDLE_KIND_EVENTFD = 7,
    ACCEL_HANDLE_KIND_VULKAN_TIMELINE = 8,
    ACCEL_HANDLE_KIND_MAX_ENUM = 0x7fffffff
};
#define ACCEL_HANDLE_BIT(kind) (1u << (kind))

/** Facts about a device. Facts that need an open device are 0 or "" until it is open. */
struct accel_device_info {
    size_t struct_size;
    uint64_t object_id;
    const char *id;                  /**< stable across boots where the bus is: "ethosu@4a900000.npu", "cpu" */
    const char *name;                /**< for people: "Arm Ethos-U65-256" */
    const char *backend;             /**< module that serves it */
    const char *backend_version;
    const char *target;              /**< name of the compile target that fits, or "" */
    const char *node;                /**< "/dev/accel/accel0", or "" */
    const char *bus_path;            /**< path below /sys/devices, or "" */
    const char *driver;              /**< kernel driver, or "" */
    const char *driver_version;      /**< needs open: "1.0.0" */
    const char *firmware_version;    /**< needs open, "" if the device has none */
    uint32_t kind;                   /**< enum accel_device_kind */
    uint32_t flags;                  /**< enum accel_device_flag */
    uint32_t isolation;              /**< enum accel_isolation */
    uint32_t conformance_version;    /**< ACCEL_MAKE_VERSION of a passed certification, 0 if none */
    uint64_t job_timeout_ns;         /**< longest job the system lets run; 0: no limit */
    uint64_t memory_bytes;           /**< memory a program may use at once; 0: only the machine's limits */
    uint64_t buffer_align_bytes;     /**< alignment that suits every port */
    uint32_t queue_depth;            /**< submissions in flight per queue before BUSY */
    uint32_t context_count;          /**< contexts the hardware offers; 0: not limited */
    uint32_t buffer_import_kinds;    /**< set of ACCEL_HANDLE_BIT */
    uint32_t buffer_export_kinds;    /**< set of ACCEL_HANDLE_BIT */
    uint32_t fence_export_kinds;     /**< set of ACCEL_HANDLE_BIT that its work can signal natively */
    uint32_t fence_wait_kinds;       /**< set of ACCEL_HANDLE_BIT that its work can wait for natively */
    uint32_t roundings;              /**< set of 1 << enum accel_rounding that its requantisation offers */
    uint32_t operation_profile;      /**< revision of the operation catalog that its backend knows */
};

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_device *accel_device_ref(struct accel_device *device);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: never. */
ACCEL_API void accel_device_unref(struct accel_device *device);

/**
 * Facts about a device. Opens nothing.
 *
 * Ownership: strings live as long as the device. Threads: any thread. Blocks: never. Errors: none of its own.
 */
ACCEL_API enum accel_status accel_device_query(struct accel_device *device, struct accel_device_info *info);

/**
 * Open the device now instead of at its first use: load the module, open the node, confirm the driver.
 *
 * The node stays open until the last object on the device is gone. Opening an open device does nothing.
 *
 * Threads: any thread. Blocks: on the kernel and, for some hardware, on its power-up.
 * Errors: PERMISSION no access to the node (the detail has the remedy); DEVICE_GONE the node vanished; BUSY all contexts are
 *         taken; INCOMPATIBLE the module cannot be used, or cannot serve this driver's version; UNSUPPORTED the module only compiles.
 */
ACCEL_API enum accel_status accel_device_open(struct accel_device *device);

/* ------------------------------------------------------------------ buffer */

enum accel_access {
    ACCEL_ACCESS_READ = 1 << 0,
    ACCEL_ACCESS_WRITE = 1 << 1
};

struct accel_buffer_desc {
    size_t struct_size;
    uint64_t size_bytes;                  /**< at least 1 */
    uint64_t align_bytes;                 /**< power of two; 0: what every device of the set likes */
    struct accel_device *const *devices;  /**< every device that will use it, in order of preference for allocating */
    uint32_t device_count;                /**< at least 1 */
    uint32_t export_kinds;                /**< set of ACCEL_HANDLE_BIT that accel_buffer_export will be asked for */
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
    uint32_t kind;                        /**< enum accel_handle_kind */
    int32_t fd;                           /**< for kinds that are file descriptors, else -1 */
    void *host_pointer;                   /**< for HOST_POINTER, else NULL */
    uint64_t offset_bytes;                /**< start inside the foreign memory */
    uint64_t size_bytes;
    struct accel_device *const *devices;
    uint32_t device_count;
    uint32_t access;                      /**< set of enum accel_access that programs will make of it */
    accel_release_fn release;             /**< called when host_pointer is used no more; NULL: the caller knows by other means. Only with HOST_POINTER */
    void *release_user;
};

/**
 * Use foreign memory as a buffer.
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

/**
 * Begin CPU access. Makes device writes of finished work visible.
 *
 * Maps nest; every successful map needs one unmap. It does not wait for work in flight: wait for its fence first.
 *
 * Ownership: the pointer is valid until the matching unmap. Threads: any thread. Blocks: on cache maintenance only.
 * Errors: INVALID_ARGUMENT the buffer was imported without that access; DEVICE_LOST or DEVICE_GONE, if that befell the device that holds the memory.
 */
ACCEL_API enum accel_status accel_buffer_map(struct accel_buffer *buffer, uint32_t access, void **out_pointer);

/**
 * End CPU access. Makes CPU writes visible to work submitted afterwards.
 *
 * Threads: any thread. Blocks: on cache maintenance only. Errors: INVALID_ARGUMENT the buffer is not mapped.
 */
ACCEL_API enum accel_status accel_buffer_unmap(struct accel_buffer *buffer);

/** One side of a shared buffer: a port of a program, or a plain size on a device. */
struct accel_join_port {
    struct accel_program *program; /**< or NULL with device set */
    uint32_t port;
    uint32_t reserved;
    struct accel_device *device;   /**< ignored when program is set */
    uint64_t size_bytes;           /**< ignored when program is set */
};

/** How one allocation can serve several ports. */
struct accel_buffer_recipe {
    size_t struct_size;
    struct accel_device *allocator;  /**< borrowed: which device allocates; NULL if refused */
    uint64_t size_bytes;
    uint64_t align_bytes;
    uint32_t export_kinds;           /**< set of ACCEL_HANDLE_BIT in which the memory leaves the allocator for the others; 0 when there is one device */
    uint32_t strides_agree;          /**< 1: all ports see the same strides, no conversion is needed */
    uint32_t refusing_port;          /**< when refused: the port that cannot take part … */
    uint32_t refused_port;           /**< … and the one it cannot share with; UINT32_MAX if none */
    const char *reason;              /**< when refused, a sentence; static or owned by the calling thread until its next join */
};

/**
 * Find the allocation that serves all ports, or the pair that refuses and why.
 *
 * Ownership: ports are borrowed for the call. Threads: any thread. Blocks: on opening the devices.
 * Errors: UNSUPPORTED no common memory, and the recipe then names the pair, or a port of a program for a bare target; NOT_FOUND no such port.
 */
ACCEL_API enum accel_status accel_buffer_join(const struct accel_join_port *ports, uint32_t port_count, uint32_t port_size,
                                              struct accel_buffer_recipe *recipe);

/* ------------------------------------------------------------------- fence */

/**
 * A 64-bit timeline that can fail.
 *
 * Values rise strictly. A value is reached when its work, and all work of lower values, is done. Failure is sticky: the failing
 * value and every higher one fail with the first status; waiters are released, never left hanging.
 */
struct accel_fence_desc {
    size_t struct_size;
    uint64_t initial_value;
    uint32_t export_kinds; /**< set of ACCEL_HANDLE_BIT that accel_fence_export will be asked for */
    uint32_t reserved;
};

/**
 * Make a timeline.
 *
 * Ownership: desc is borrowed for the call; NULL means all defaults: it begins at 0 and is not exported. Threads: any thread. Blocks: never. Errors: UNSUPPORTED this machine lacks one of the export kinds.
 */
ACCEL_API enum accel_status accel_fence_create(struct accel_instance *instance, const struct accel_fence_desc *desc, struct accel_fence **out_fence);

struct accel_fence_import_desc {
    size_t struct_size;
    uint32_t kind;         /**< enum accel_handle_kind: SYNC_FILE */
    int32_t fd;
    uint64_t reserved;     /**< must be 0; room for the point of a foreign timeline */
};

/**
 * A timeline that reaches 1 when a foreign fence signals, and fails if that fence carries an error.
 *
 * Ownership: desc is borrowed for the call; fd stays the caller's. Threads: any thread. Blocks: never.
 * Errors: UNSUPPORTED kind; INVALID_ARGUMENT fd is of another kind.
 */
ACCEL_API enum accel_status accel_fence_import(struct accel_instance *instance, const struct accel_fence_import_desc *desc, struct accel_fence **out_fence);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_fence *accel_fence_ref(struct accel_fence *fence);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: never. */
ACCEL_API void accel_fence_unref(struct accel_fence *fence);

/** The highest reached value. Threads: any thread. Blocks: never. Errors: the sticky status once the timeline has failed; the value is set all the same. */
ACCEL_API enum accel_status accel_fence_query(struct accel_fence *fence, uint64_t *out_value);

/** OK if the value was reached. Threads: any thread. Blocks: never. Errors: NOT_READY it may still be reached; or the status that it failed with. */
ACCEL_API enum accel_status accel_fence_error(struct accel_fence *fence, uint64_t value);

/**
 * Wait until a value is reached or has failed.
 *
 * Waiting before any work that signals the value was submitted is legal. The calling thread may execute queued CPU work meanwhile; it
 * spins briefly before it sleeps. Signals do not shorten or lengthen the wait.
 *
 * Units: timeout in nanoseconds from now. Threads: any thread. Blocks: up to the timeout, or until the piece of CPU work that it is executing then ends.
 * Errors: TIMEOUT; or the status that the value failed with.
 */
ACCEL_API enum accel_status accel_fence_wait(struct accel_fence *fence, uint64_t value, uint64_t timeout_ns);

struct accel_fence_point {
    struct accel_fence *fence;
    uint64_t value;
};

/**
 * Wait for all of several points, or (any = 1) for the first.
 *
 * *out_index, unless out_index is NULL, becomes the position of the point that decided. any = 1: the first that is reached or has failed, by position where several are. any = 0:
 * the first that has failed, or 0 when all are reached. TIMEOUT leaves it alone.
 *
 * Units: timeout in nanoseconds from now. Ownership: points are borrowed for the call. Threads: any thread. Blocks: up to the timeout, or until the piece of CPU work that it
 * is executing then ends. Errors: TIMEOUT; or the status that a point failed with.
 */
ACCEL_API enum accel_status accel_fence_wait_many(const struct accel_fence_point *points, uint32_t point_count, int any, uint64_t timeout_ns,
                                                  uint32_t *out_index);

/**
 * Reach a value from the CPU.
 *
 * Threads: any thread. Blocks: never.
 * Errors: INVALID_ARGUMENT value is not above the current and promised ones; or the status that the timeline failed with, at this value or a lower one.
 */
ACCEL_API enum accel_status accel_fence_signal(struct accel_fence *fence, uint64_t value);

/** Fail a value from the CPU; reason is not OK and not transient. Threads: any thread. Blocks: never. Errors: INVALID_ARGUMENT the value is reached already. */
ACCEL_API enum accel_status accel_fence_fail(struct accel_fence *fence, uint64_t value, enum accel_status reason);

/**
 * A new file descriptor that signals when the value is reached or fails.
 *
 * A sync_file carries the error of the job behind the value. If the job waited for an imported fence that failed, only the timeline value reports it; the sync_file may
 * signal without error.
 *
 * Ownership: *out_fd is the caller's to close. Threads: any thread. Blocks: never.
 * Errors: NOT_READY a sync_file was asked for before the work was handed to the kernel, or while work of several queues stands in front of the value; UNSUPPORTED the kind
 *         was not chosen at creation, or the value is signalled by the host and the kind is sync_file.
 */
ACCEL_API enum accel_status accel_fence_export(struct accel_fence *fence, uint64_t value, enum accel_handle_kind kind, int *out_fd);

/* ------------------------------------------------------------------- graph */

/** No tensor: an optional operand that is absent. */
#define ACCEL_TENSOR_NONE UINT32_MAX
/** In accel_dim.symbol: the dimension is fixed. */
#define ACCEL_SYMBOL_NONE UINT32_MAX

/** One dimension: fixed (symbol = ACCEL_SYMBOL_NONE, size >= 0) or a symbol of the graph (size = -1). */
struct accel_dim {
    int64_t size;
    uint32_t symbol;
    uint32_t reserved;    /**< must be 0 */
};

/** A dimension known only by name, with the range it may take. */
struct accel_symbol {
    const char *name;
    int64_t min_size;
    int64_t max_size;
};

/** real = (stored - zero_point) * scale; per tensor (count 1) or per index of one axis. */
struct accel_quantization {
    const float *scales;          /**< count, each finite and above 0 */
    const int32_t *zero_points;   /**< count */
    uint32_t count;
    uint32_t axis;                /**< used when count > 1 */
    uint64_t reserved;            /**< must be 0; room for block sizes */
};

enum accel_tensor_flag {
    ACCEL_TENSOR_FLAG_STATE = 1 << 0 /**< an output whose memory is the named input's: state kept in place */
};

struct accel_tensor_desc {
    const char *name;                        /**< unique in its graph for inputs and outputs; "" is allowed elsewhere */
    uint32_t type;                           /**< enum accel_type */
    uint32_t rank;
    const struct accel_dim *dims;            /**< rank, outermost first, ONNX axis order (N, C, spatial …) */
    const void *data;                        /**< constants: dense row-major values, an application's at any byte, a module's aligned for their type; else NULL */
    uint64_t data_bytes;
    const struct accel_quantization *quantization; /**< NULL: not quantised */
    uint32_t flags;                          /**< enum accel_tensor_flag */
    uint32_t state_of;                       /**< with STATE: the input tensor; else 0 */
};

enum accel_attribute_kind {
    ACCEL_ATTRIBUTE_KIND_INTS = 1,
    ACCEL_ATTRIBUTE_KIND_FLOATS = 2,
    ACCEL_ATTRIBUTE_KIND_STRING = 3
};

struct accel_attribute {
    uint32_t key;         /**< enum accel_attribute_key; 0: custom, by name */
    uint32_t kind;        /**< enum accel_attribute_kind */
    const char *name;     /**< for key 0 */
    const int64_t *ints;
    const float *floats;
    const char *string;   /**< any bytes, and a NUL behind them */
    uint32_t count;       /**< of ints, floats, or bytes of string without the NUL */
    uint32_t reserved;    /**< must be 0 */
};

struct accel_graph_desc;

struct accel_node_desc {
    const char *name;
    uint32_t operation;                     /**< enum accel_operation; 0: custom, by domain and custom_name */
    uint32_t input_count;
    const uint32_t *inputs;                 /**< tensor indices, ACCEL_TENSOR_NONE for an absent one */
    const uint32_t *outputs;
    uint32_t output_count;
    uint32_t attribute_count;
    const struct accel_attribute *attributes;
    const struct accel_graph_desc *const *regions; /**< bodies of If and Loop */
    uint32_t region_count;
    uint32_t rounding;                      /**< enum accel_rounding of a requantising operation; 0 elsewhere */
    const char *domain;
    const char *custom_name;
};

/**
 * A graph in topological order. The same form serves applications, importers and backends.
 *
 * Shapes: axis order and operand order are ONNX's; api/catalog/ops has each operation.
 */
struct accel_graph_desc {
    size_t struct_size;
    const char *name;
    const struct accel_tensor_desc *tensors;
    const struct accel_node_desc *nodes;
    const uint32_t *inputs;    /**< tensor indices */
    const uint32_t *outputs;
    const struct accel_symbol *symbols;
    uint32_t tensor_count;
    uint32_t tensor_size;      /**< sizeof(struct accel_tensor_desc) of the maker */
    uint32_t node_count;
    uint32_t node_size;        /**< sizeof(struct accel_node_desc) of the maker */
    uint32_t input_count;
    uint32_t output_count;
    uint32_t symbol_count;
    uint32_t operation_profile; /**< catalog revision used; 0: ACCEL_OPERATION_PROFILE */
};

/** Tensor number index of a graph, whatever version of this header its maker had. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_tensor_desc *accel_graph_tensor(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_tensor_desc *)(const void *)((const char *)graph->tensors + (size_t)index * graph->tensor_size);
}

/** Node number index of a graph, whatever version of this header its maker had. Ownership: lives as long as the graph. Threads: any thread. Blocks: never. */
static inline const struct accel_node_desc *accel_graph_node(const struct accel_graph_desc *graph, uint32_t index)
{
    return (const struct accel_node_desc *)(const void *)((const char *)graph->nodes + (size_t)index * graph->node_size);
}

/* ------------------------------------------------------------------- model */

struct accel_model_desc {
    size_t struct_size;
    const struct accel_graph_desc *graph;
    accel_release_fn release;  /**< called when the constant data is used no more; NULL: the caller knows by other means */
    void *release_user;
};

/**
 * A model from a graph. The graph is checked and copied; constant data is not.
 *
 * Ownership: desc and graph are borrowed for the call, constant data until the model and every program built from it are gone, which release tells.
 * Threads: any thread. Blocks: never.
 * Errors: INVALID_ARGUMENT the graph breaks a rule (the detail names node or tensor and rule); UNSUPPORTED its operation_profile is newer than the library's.
 */
ACCEL_API enum accel_status accel_model_create(struct accel_instance *instance, const struct accel_model_desc *desc, struct accel_model **out_model);

enum accel_import_flag {
    /** Read the file, and files with external data, into memory instead of mapping them: what happens to the files afterwards changes nothing. */
    ACCEL_IMPORT_FLAG_COPY = 1 << 0
};

struct accel_model_source {
    size_t struct_size;
    const char *path;    /**< a file; or NULL with bytes */
    const void *bytes;   /**< must outlive the model and every program built from it */
    uint64_t byte_count;
    const char *format;  /**< importer name such as "onnx"; NULL: found by content */
    accel_release_fn release; /**< called when bytes are used no more; NULL: the caller knows by other means. Only with bytes */
    void *release_user;
    uint32_t flags;           /**< enum accel_import_flag */
    uint32_t reserved;        /**< must be 0 */
    uint64_t constant_budget_bytes; /**< most memory for constants that are made or copied, at import and in each build; 0: 256 MiB, or 4 times the model's bytes where that is more */
    accel_progress_fn progress; /**< may be NULL */
    void *progress_user;
};

/**
 * A model from a file or from bytes, through an importer module.
 *
 * A file is mapped, not read: its weights exist once, and the file must stay as it is while the model or a program built from it lives. Size, mtime and ctime are looked
 * at again when a program is built, saved, given a run, and when a run ends: once they differ the model and its programs are lost, and every such call or run is
 * CORRUPT. So is what was in the middle of reading a file that shrinks (libaccel handles SIGBUS for its own mappings; docs/decisions/0011-mapped-files.md). A program
 * that needs no byte of the file any more still counts as lost. With COPY files may change once the import has answered. External data is opened below the model's
 * folder only, and treated alike. Bytes are the caller's to keep.
 *
 * Ownership: source is borrowed for the call. Threads: any thread. Blocks: on file reads and on loading the importer; cancellable through progress.
 * Errors: NOT_FOUND no such file or no importer for it; CORRUPT malformed, or changed while it was read; UNSUPPORTED an operation or feature (the detail names
 *         operation and node); PERMISSION; IO; LIMIT constants need more than constant_budget_bytes; CANCELLED.
 */
ACCEL_API enum accel_status accel_model_import(struct accel_instance *instance, const struct accel_model_source *source, struct accel_model **out_model);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_model *accel_model_ref(struct accel_model *model);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: never. */
ACCEL_API void accel_model_unref(struct accel_model *model);

/** The model's graph. Ownership: lives as long as the model. Threads: any thread. Blocks: never. */
ACCEL_API const struct accel_graph_desc *accel_model_graph(struct accel_model *model);

/* ----------------------------------------------------------------- program */

enum accel_program_flag {
    /** Fail with UNSUPPORTED unless everything runs on the first device. */
    ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY = 1 << 0,
    /** Cut the graph where measured speeds and transfer costs say, instead of by the order of the set alone. */
    ACCEL_PROGRAM_FLAG_BALANCE = 1 << 1
};

enum accel_option_kind {
    ACCEL_OPTION_KIND_STRING = 1,
    ACCEL_OPTION_KIND_INTEGER = 2,
    ACCEL_OPTION_KIND_NUMBER = 3
};

/** A build option, named `<module>.<option>` and handed to that module. An unknown name is INVALID_ARGUMENT unless optional; so is a kind that the module does not expect. */
struct accel_option {
    const char *name;
    uint32_t kind;       /**< enum accel_option_kind: which of the values below counts; the others are 0 */
    uint32_t optional;   /**< 1: a set of devices that does not know it ignores it */
    const char *string;
    int64_t integer;
    double number;
};

/** A value for a symbolic dimension. */
struct accel_symbol_value {
    const char *name;
    int64_t size;
};

struct accel_program_desc {
    size_t struct_size;
    struct accel_model *model;
    struct accel_device *const *devices;  /**< ordered device set: the policy; work never leaves it */
    uint32_t device_count;                /**< 0 only with target */
    uint32_t flags;                       /**< enum accel_program_flag */
    const char *target;                   /**< compile for a target without hardware, such as "ethos-u65-256": first in the set, in front of devices; else NULL */
    uint32_t rounding;                    /**< enum accel_rounding to requantise with; 0: STRICT, exactly what the model says */
    uint32_t precisions;                  /**< set of enum accel_precision permitted beside the model's own; 0: STRICT */
    const struct accel_symbol_value *symbols;
    uint32_t symbol_count;
    uint32_t option_count;
    const struct accel_option *options;
    accel_progress_fn progress;           /**< may be NULL */
    void *progress_user;
    uint64_t constant_budget_bytes;       /**< most memory for constants that passes make or copy, those of the import included; 0: what the model was given */
};

/**
 * Build a model for an ordered device set. All slow work happens here.
 *
 * With a target the program can be saved and not be run here, and the devices behind the target take what it does not. Loading it asks for a device in the target's place.
 *
 * Ownership: desc is borrowed for the call; the program keeps devices and model. Threads: any thread. Blocks: on opening the devices, and for as long as compilers take;
 *         cancellable through progress.
 * Errors: UNSUPPORTED no device of the set takes some operations (the detail names all of them, with the reason of each device, as far as it has room), or the module of a
 *         device has no compiler; NOT_FOUND no module compiles for target; CANCELLED; LIMIT the graph needs more than a device has, or its constants more than
 *         constant_budget_bytes; CORRUPT a file of the model has changed since it was imported.
 */
ACCEL_API enum accel_status accel_program_build(const struct accel_program_desc *desc, struct accel_program **out_program);

/** What the devices of a set say to one operation that is built, and the nodes of the model that it stands for. */
struct accel_support {
    size_t struct_size;
    const uint32_t *nodes;    /**< indices in accel_model_graph's nodes, ascending: fused into this operation, or folded away in front of it. A node may be in several */
    uint32_t node_count;
    uint32_t device;          /**< position in the set of the first device that takes it, where a target counts as the first; UINT32_MAX: none does */
    uint32_t group;           /**< the device takes operations with one number as a whole, and answers for the whole only; 0: none takes it */
    uint32_t reason;          /**< enum accel_reason: OK when the first device takes it, else why that one refuses */
    const char *name;         /**< of the node in the model that gave its name; may be "" */
    const char *operation;    /**< "Conv", or "Conv+Relu" when fused */
    const char *reason_text;  /**< a sentence with the reason of each device before the one that takes it; "" if there is none */
};

/** Receives one row. Ownership: support is valid during the call. Threads: called on the thread that asked. */
typedef void (*accel_support_fn)(void *user, const struct accel_support *support);

/**
 * Ask without building: which operations would the devices take, and why not?
 *
 * For frameworks that keep what is refused: build the nodes of whole groups; a node named in several rows belongs to each of those groups. That builds, or the build answers
 * LIMIT or OUT_OF_MEMORY. Takes the description that accel_program_build takes; balancing plays no part.
 *
 * Ownership: each report is valid during its callback, on the calling thread, in the order of execution. Every node that anything depends on is in at least one. Threads: any thread.
 * Blocks: on opening the devices, and for as long as their compilers look at the graph; cancellable through progress.
 * Errors: UNSUPPORTED the module of a device has no compiler; NOT_FOUND no module compiles for target; CANCELLED; LIMIT and CORRUPT as accel_program_build.
 */
ACCEL_API enum accel_status accel_program_support(const struct accel_program_desc *desc, accel_support_fn report, void *user);

/** Takes bytes of a saved program; anything but OK stops the save with that status. Threads: called on the saving thread. */
typedef enum accel_status (*accel_write_fn)(void *user, const void *bytes, size_t byte_count);

/**
 * Write the program so that accel_program_load can restore it without the model. The bytes begin with "ACPG".
 *
 * Threads: any thread; write is called on the calling thread. Blocks: on write. Errors: what write answered; nothing of the program changes. CORRUPT a file that the program maps
 *         has changed: throw away what was written.
 */
ACCEL_API enum accel_status accel_program_save(struct accel_program *program, accel_write_fn write, void *user);

enum accel_load_flag {
    /** Read the file into memory instead of mapping it: what happens to it afterwards changes nothing. Only with path. */
    ACCEL_LOAD_FLAG_COPY = 1 << 0
};

struct accel_program_load_desc {
    size_t struct_size;
    const void *bytes;                    /**< or NULL with path */
    uint64_t byte_count;
    struct accel_device *const *devices;  /**< ordered device set: as many, of the same modules, as the program was built for */
    uint32_t device_count;
    uint32_t flags;                       /**< enum accel_load_flag */
    accel_progress_fn progress;           /**< may be NULL */
    void *progress_user;
    const char *path;                     /**< a file, mapped as accel_model_import maps a model, so that its constants exist once; or NULL with bytes, which are copied */
};

/**
 * Restore a saved program for a device set of the same shape as the one it was built for.
 *
 * The bytes are not trusted: every offset is checked.
 *
 * Ownership: desc and bytes are borrowed for the call. Threads: any thread. Blocks: on opening the devices and on uploads; cancellable through progress.
 * Errors: CORRUPT; INCOMPATIBLE made for another target, version or device set; UNSUPPORTED the module of a device has no compiler, which alone can judge the bytes; CANCELLED;
 *         NOT_FOUND, PERMISSION, IO of path.
 */
ACCEL_API enum accel_status accel_program_load(struct accel_instance *instance, const struct accel_program_load_desc *desc, struct accel_program **out_program);

/**
 * The device set that a saved program runs on here: for each place of its set a device of that module whose target fits. The device of the same id comes first, then those
 * of the list in order; no device twice.
 *
 * desc is that of the load to come, with no devices yet: device_count is 0.
 *
 * Ownership: desc and bytes are borrowed for the call. devices takes min(count, device_capacity) devices, each with a reference added, in the order that accel_program_load
 * wants. *out_count is always the full count. Threads: any thread. Blocks: on file reads, and as accel_device_open does, once per candidate.
 * Errors: CORRUPT; INCOMPATIBLE of another version of the file format; NOT_FOUND a place has no device here (the detail names its target and module, and why each candidate
 *         was refused); PERMISSION, IO of path.
 */
ACCEL_API enum accel_status accel_program_find_devices(struct accel_instance *instance, const struct accel_program_load_desc *desc, struct accel_device **devices,
                                                       uint32_t device_capacity, uint32_t *out_count);

/** How well a saved program fits. */
enum accel_fit {
    ACCEL_FIT_NONE = 0,     /**< will not load */
    ACCEL_FIT_REBUILD = 1,  /**< loads and runs right, a rebuild would be better */
    ACCEL_FIT_FULL = 2,
    ACCEL_FIT_MAX_ENUM = 0x7fffffff
};

/**
 * Is this saved program good for that target or device? Opens no device.
 *
 * name is a device id or a target name; NULL: every part is checked against the target it was built for.
 *
 * Ownership: bytes are borrowed for the call. Threads: any thread. Blocks: on loading the module.
 * Errors: CORRUPT the bytes are no intact program; INCOMPATIBLE they are of another version of the file format; NOT_FOUND no device or target has that name; UNSUPPORTED the module
 *         has no compiler, which alone can judge the bytes. On any error the fit is NONE.
 */
ACCEL_API enum accel_status accel_program_check(struct accel_instance *instance, const void *bytes, size_t byte_count, const char *name,
                                                enum accel_fit *out_fit);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_program *accel_program_ref(struct accel_program *program);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: never. */
ACCEL_API void accel_program_unref(struct accel_program *program);

struct accel_program_info {
    size_t struct_size;
    uint64_t object_id;
    uint32_t port_count;        /**< inputs first, in graph order, then outputs */
    uint32_t input_count;
    uint32_t placement_count;   /**< one per operation of the model that is left after folding and fusing */
    uint32_t transfer_count;    /**< device switches and copies per run */
    uint32_t segment_count;     /**< pieces submitted per run */
    uint32_t device_count;      /**< places of the device set, a target's too */
    uint64_t scratch_bytes;     /**< memory that each run allocates, all devices together */
    uint64_t constant_bytes;    /**< weights held once per program */
    uint64_t saved_bytes;       /**< size of accel_program_save's output */
    uint32_t rounding;          /**< enum accel_rounding that was forced, or 0 */
    uint32_t precisions;        /**< precisions beyond the model's own that were used */
};

/** Facts about a program. Threads: any thread. Blocks: never. Errors: none of its own. */
ACCEL_API enum accel_status accel_program_query(struct accel_program *program, struct accel_program_info *info);

enum accel_port_direction {
    ACCEL_PORT_DIRECTION_INPUT = 1,
    ACCEL_PORT_DIRECTION_OUTPUT = 2
};

/** What one input or output needs from its memory. */
struct accel_port_info {
    size_t struct_size;
    const char *name;
    uint32_t direction;             /**< enum accel_port_direction */
    uint32_t type;                  /**< enum accel_type */
    uint32_t rank;
    uint32_t alias_of;              /**< port whose memory this one must share; UINT32_MAX: none */
    const int64_t *dims;            /**< rank, model axis order */
    const int64_t *strides_bytes;   /**< rank; distance of neighbours along each axis; this is the layout */
    uint64_t size_bytes;            /**< memory needed, padding included */
    uint64_t align_bytes;           /**< of offset_bytes in a binding */
    struct accel_device *device;    /**< borrowed: the device that reads or writes it first */
    const struct accel_quantization *quantization; /**< NULL if none */
    uint32_t buffer_count_max;      /**< distinct buffers the program can take at once over all ports, beside what it keeps for itself; 0: no limit, else at least 1 */
    uint32_t reserved;
};

/** Facts about a port. Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND. */
ACCEL_API enum accel_status accel_program_port(struct accel_program *program, uint32_t port, struct accel_port_info *info);

/** Index of the port with that name. Threads: any thread. Blocks: never. Errors: NOT_FOUND (the detail lists the names). */
ACCEL_API enum accel_status accel_program_find_port(struct accel_program *program, const char *name, uint32_t *out_port);

/** Where one operation runs, and why. */
struct accel_placement {
    size_t struct_size;
    const char *node;             /**< name in the model; the first one of a fused group */
    const char *operation;        /**< "Conv", or "Conv+Relu" when fused */
    struct accel_device *device;  /**< borrowed; NULL for a target without hardware */
    uint32_t segment;
    uint32_t reason;              /**< enum accel_reason: why the first device of the set refused; OK if it runs there, or elsewhere although that one takes it */
    const char *reason_text;      /**< a sentence: what each earlier device refused, or that the measured speeds decided; "" when it runs on the first device */
    uint64_t work_macs;           /**< multiply-accumulates, 0 for data movement */
    const char *remark;           /**< a sentence of the device that runs it, from when the program was loaded there, such as why it uses one thread; "" if it has none */
};

/** One row of the placement report. Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND. */
ACCEL_API enum accel_status accel_program_placement(struct accel_program *program, uint32_t index, struct accel_placement *placement);

enum accel_transfer_kind {
    ACCEL_TRANSFER_KIND_SHARED = 1, /**< a switch of devices over memory that both see: no copy */
    ACCEL_TRANSFER_KIND_COPY = 2    /**< bytes are copied, or their layout converted */
};

/** One tensor that crosses devices, every run. */
struct accel_transfer {
    size_t struct_size;
    const char *tensor;
    uint32_t kind;                /**< enum accel_transfer_kind */
    uint32_t from_segment;
    uint32_t to_segment;
    uint32_t reserved;
    uint64_t size_bytes;
    const char *reason;           /**< why it is copied; "" when shared */
};

/** One row of the transfer report. Ownership: pointers live as long as the program. Threads: any thread. Blocks: never. Errors: NOT_FOUND. */
ACCEL_API enum accel_status accel_program_transfer(struct accel_program *program, uint32_t index, struct accel_transfer *transfer);

/* --------------------------------------------------------------------- run */

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
    uint32_t flags;     /**< must be 0 */
    uint32_t reserved;
};

/**
 * A program with its buffers. In flight once: N runs make a pipeline of depth N.
 *
 * Allocates the run's scratch now, so that submitting need not.
 *
 * Ownership: desc is borrowed for the call; the run keeps the program. Threads: any thread. Blocks: on the kernel.
 * Errors: UNSUPPORTED the program was built for a bare target; OUT_OF_MEMORY; CORRUPT a file that the program maps has changed.
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
 *         another binding; LIMIT more distinct buffers than the ports' buffer_count_max; BUSY in flight. On any error no binding has changed.
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

/* ------------------------------------------------------------------- queue */

enum accel_priority {
    ACCEL_PRIORITY_NORMAL = 0,
    ACCEL_PRIORITY_LOW = 1,
    ACCEL_PRIORITY_HIGH = 2
};

struct accel_queue_desc {
    size_t struct_size;
    struct accel_device *const *devices; /**< ordered device set; takes any program whose set it contains */
    uint32_t device_count;
    uint32_t priority;                   /**< enum accel_priority; a hint where the device has no priorities */
    uint32_t depth;                      /**< submissions in flight before BUSY, at most the smallest queue_depth of the set; 0: 64. More is cut to that */
    uint32_t flags;                      /**< must be 0 */
};

/**
 * Make an ordered queue. Memory effects of one submission are visible to the next, whatever the hardware does.
 *
 * Ownership: desc is borrowed for the call; the queue keeps its devices. Threads: any thread. Blocks: on opening the devices and on the kernel.
 * Errors: RESOURCE or BUSY a device has no room for another queue now.
 */
ACCEL_API enum accel_status accel_queue_create(const struct accel_queue_desc *desc, struct accel_queue **out_queue);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_queue *accel_queue_ref(struct accel_queue *queue);
/** Drop a reference; NULL is allowed. The last one cancels work that has not started. Threads: any thread. Blocks: until started work has ended or was given up. */
ACCEL_API void accel_queue_unref(struct accel_queue *queue);

/** One submission: run, wait for, signal. */
struct accel_submit {
    size_t struct_size;
    struct accel_run *run;                  /**< NULL: only waits and signals */
    const struct accel_fence_point *waits;  /**< all reached before any memory of the submission is read or written */
    const struct accel_fence_point *signals;/**< reached when every output may be read */
    uint32_t wait_count;
    uint32_t signal_count;
    uint64_t deadline_ns;                   /**< CLOCK_MONOTONIC instant; not started by then: DEADLINE. 0: none */
    uint32_t flags;                         /**< must be 0 */
    uint32_t reserved;
};

/**
 * Hand over one run. Only queues the work: never waits for anything and executes nothing. It allocates on first needs alone: when a place of the ring takes more than four
 * waits or signals for the first time, and for the thread that drives held work, once per instance.
 *
 * A wait that failed fails this submission's signals with the same status. Nothing runs then, unless the wait is for an imported fence and a device that waits
 * by itself had the work already (not with a deadline).
 *
 * Ownership: submit and its arrays are borrowed for the call; run, its buffers and the fences are kept until it is done.
 * Threads: one thread per object (queue and run). Blocks: never.
 * Errors: BUSY ring full or run in flight; INVALID_ARGUMENT a port is unbound, a signal value does not rise, a wait is for a later
 *         submission of this queue; CORRUPT a file that the program maps is known to have changed; CONTEXT_LOST, DEVICE_LOST, DEVICE_GONE. On any error nothing was queued
 *         and no fence will change.
 */
ACCEL_API enum accel_status accel_queue_submit(struct accel_queue *queue, const struct accel_submit *submit);

/** A copy or a fill between buffers, ordered like any submission. */
struct accel_transfer_op {
    size_t struct_size;
    struct accel_buffer *source;            /**< NULL: fill */
    uint64_t source_offset_bytes;
    struct accel_buffer *destination;
    uint64_t destination_offset_bytes;
    uint64_t size_bytes;
    uint32_t fill_value;                    /**< the low byte is repeated */
    uint32_t wait_count;
    const struct accel_fence_point *waits;
    const struct accel_fence_point *signals;
    uint32_t signal_count;
    uint32_t reserved;
};

/**
 * Queue a copy (source set) or a fill (source NULL).
 *
 * Ownership: op and its arrays are borrowed for the call; the buffers and fences are kept until it is done. Threads: one thread per object (queue). Blocks: never.
 * Errors: as accel_queue_submit; INVALID_ARGUMENT also for ranges outside a buffer or overlapping ones, and for access that an import does not permit.
 */
ACCEL_API enum accel_status accel_queue_transfer(struct accel_queue *queue, const struct accel_transfer_op *op);

/**
 * Cancel everything on the queue that has not started, and started work where the device can. Work that a device has taken together with its waits for imported fences
 * counts as started.
 *
 * Every fence value concerned is reached or fails with CANCELLED; the queue stays usable.
 *
 * Threads: one thread per object. Blocks: never. Errors: CONTEXT_LOST, DEVICE_LOST, DEVICE_GONE; what a device had not taken yet is cancelled all the same.
 */
ACCEL_API enum accel_status accel_queue_cancel(struct accel_queue *queue);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_ACCEL_H */
