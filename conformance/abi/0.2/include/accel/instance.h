/* SPDX-License-Identifier: MIT */
/*
 * An instance: a view of the process-wide set of modules and devices, and the report of how it came about.
 */
#ifndef ACCEL_INSTANCE_H
#define ACCEL_INSTANCE_H

#include <accel/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum accel_log_level {
    ACCEL_LOG_LEVEL_ERROR = 1,
    ACCEL_LOG_LEVEL_WARNING = 2,
    ACCEL_LOG_LEVEL_INFO = 3,
    ACCEL_LOG_LEVEL_DEBUG = 4,
    ACCEL_LOG_LEVEL_MAX_ENUM = 0x7fffffff
};

/** One line of the log. */
struct accel_log_record {
    size_t struct_size;  /**< the library's */
    uint64_t object_id;  /**< of the object concerned; 0: of none, or not known */
    const char *module;  /**< who says it; "" is libaccel itself */
    const char *message; /**< one line */
    uint32_t level;      /**< enum accel_log_level */
    uint32_t reserved;
};

/**
 * Receives log lines. Modules and devices are shared by all instances of a process, so each instance is told what concerns any of them.
 *
 * Ownership: record and its strings are valid during the call. Threads: called on any thread, also on host threads and on several at once, and never while a lock is held that
 * a call which blocks never needs; must not call libaccel.
 */
typedef void (*accel_log_fn)(void *user, const struct accel_log_record *record);

enum accel_instance_flag {
    /** Also list devices that `device-model` modules play in this process; they are marked SIMULATED. */
    ACCEL_INSTANCE_FLAG_SIMULATED = 1 << 0,
    /** Use only module_paths: neither the environment nor the built-in directories. */
    ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS = 1 << 1,
    /**
     * Install no SIGBUS handler for the files that this instance maps. Without it a file that shrinks while it is mapped ends the process. The environment's
     * ACCEL_NO_SIGBUS_HANDLER=1 says the same for all instances.
     */
    ACCEL_INSTANCE_FLAG_NO_SIGBUS_HANDLER = 1 << 2,
    /** No log at all; log is NULL then. */
    ACCEL_INSTANCE_FLAG_NO_LOG = 1 << 3,
    ACCEL_INSTANCE_FLAG_MAX_ENUM = 0x7fffffff
};

struct accel_instance_desc {
    size_t struct_size;
    uint32_t api_version; /**< ACCEL_VERSION of the headers that the application was compiled with */
    uint32_t flags;       /**< enum accel_instance_flag */
    accel_log_fn log;     /**< NULL: standard error */
    void *log_user;
    accel_release_fn log_release;      /**< called with log_user when log is called no more; NULL: the caller knows by other means. Only with log */
    const char *const *module_paths;   /**< directories with manifests, searched first */
    const char *const *device_filters; /**< keep devices whose id, backend or driver (not kind) equals one; none: keep all */
    const char *sysfs_root;            /**< NULL: "/sys". Else a folder laid out like it: class/accel, class/drm, devices and what their links lead to */
    const char *dev_root;              /**< NULL: "/dev". Else a folder with the nodes, at the same places below it */
    uint32_t module_path_count;
    uint32_t device_filter_count;
    uint32_t log_level; /**< most verbose enum accel_log_level wanted; 0: WARNING */
    uint32_t reserved;  /**< must be 0 */
};

/**
 * Make a view of the process-wide set of modules and devices.
 *
 * Reads manifests and sysfs. Opens no device and loads no module that no device needs. A module or manifest that fails is skipped and
 * reported (accel_instance_report). ACCEL_BACKEND_PATH adds directories (colon separated) unless the process is privileged.
 *
 * Ownership: desc is borrowed for the call. Threads: any thread. Blocks: on file reads.
 * Errors: INCOMPATIBLE desc is NULL or its api_version is older than the library serves, as that of every application compiled for 0.1 is,
 *         or of a major version that is newer than the library's (the detail names both versions); PERMISSION, RESOURCE or IO only when
 *         nothing at all could be read; an empty list of devices is OK.
 */
ACCEL_API enum accel_status accel_instance_create(const struct accel_instance_desc *desc, struct accel_instance **out_instance);

/** Add a reference. Threads: any thread. Blocks: never. */
ACCEL_API struct accel_instance *accel_instance_ref(struct accel_instance *instance);
/** Drop a reference; NULL is allowed. Threads: any thread. Blocks: while the last reference ends host threads. */
ACCEL_API void accel_instance_unref(struct accel_instance *instance);

enum accel_report_kind {
    ACCEL_REPORT_KIND_MANIFEST = 1, /**< a manifest file and its module */
    ACCEL_REPORT_KIND_NODE = 2,     /**< a device node seen in sysfs */
    ACCEL_REPORT_KIND_DEVICE = 3,   /**< a device that is listed */
    ACCEL_REPORT_KIND_MAX_ENUM = 0x7fffffff
};

/** One line of the discovery report. */
struct accel_report_entry {
    size_t struct_size;
    uint32_t kind;       /**< enum accel_report_kind */
    uint32_t status;     /**< enum accel_status: OK when it is in use or usable */
    const char *subject; /**< module name, node or device id */
    const char *path;    /**< manifest file, node path; "" if none */
    const char *action;  /**< what was done: "listed", "skipped", "loaded", … */
    const char *reason;  /**< why, in a sentence; "" if nothing is to be said */
    const char *remedy;  /**< what helps, in a sentence; "" if nothing is needed */
};

/** Receives one line of the report; anything but OK ends the call with that status. Ownership: entry is valid during the call. Threads: called on the thread that asked. */
typedef enum accel_status (*accel_report_fn)(void *user, const struct accel_report_entry *entry);

/**
 * Tell for every manifest, node and device what was done with it and why not.
 *
 * Ownership: each entry is valid during its callback. Threads: any thread; report is called on the calling thread. Blocks: never. Errors: what report answered.
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

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_INSTANCE_H */
