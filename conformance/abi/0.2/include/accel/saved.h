/* SPDX-License-Identifier: MIT */
/*
 * Saved programs: write, judge, find devices for, load.
 */
#ifndef ACCEL_SAVED_H
#define ACCEL_SAVED_H

#include <accel/program.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Takes bytes of a saved program; anything but OK stops the save with that status. Threads: called on the saving thread. */
typedef enum accel_status (*accel_write_fn)(void *user, const void *bytes, size_t byte_count);

/**
 * Write the program so that accel_program_load can restore it without the model. The bytes begin with "ACPG".
 *
 * Threads: any thread; write is called on the calling thread. Blocks: on write. Errors: what write answered; nothing of the program changes. UNSUPPORTED the program leaves sizes open; CORRUPT a file that the program maps
 *         has changed: throw away what was written.
 */
ACCEL_API enum accel_status accel_program_save(struct accel_program *program, accel_write_fn write, void *user);

enum accel_load_flag {
    /** Read the file into memory instead of mapping it: what happens to it afterwards changes nothing. Only with path. */
    ACCEL_LOAD_FLAG_COPY = 1 << 0,
    ACCEL_LOAD_FLAG_MAX_ENUM = 0x7fffffff
};

struct accel_program_load_desc {
    size_t struct_size;
    const void *bytes; /**< or NULL with path */
    uint64_t byte_count;
    struct accel_device *const *devices; /**< ordered device set: as many, of the same modules, as the program was built for */
    uint32_t device_count;
    uint32_t flags;             /**< enum accel_load_flag */
    accel_progress_fn progress; /**< may be NULL */
    void *progress_user;
    const char *path; /**< a file, mapped as accel_model_import maps a model, so that its constants exist once; or NULL with bytes, which are copied */
};

/**
 * Restore a saved program for a device set of the same shape as the one it was built for.
 *
 * The bytes are not trusted: every offset is checked.
 *
 * Ownership: desc and bytes are borrowed for the call. Threads: any thread. Blocks: on opening the devices and on uploads; cancellable through progress.
 * Errors: CORRUPT; INCOMPATIBLE made for another target, version or device set (where a device's module has no compiler, by the target's name and what the device says); CANCELLED;
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
 * wants. *out_count is always the full count. Threads: any thread. Blocks: on file reads, and as accel_device_open does, once per candidate; cancellable
 * through progress. Errors: CANCELLED; CORRUPT; INCOMPATIBLE of another version of the file format; NOT_FOUND a place has no device here (the detail names its target and module, and why each candidate
 *         was refused); PERMISSION, IO of path.
 */
ACCEL_API enum accel_status accel_program_find_devices(struct accel_instance *instance, const struct accel_program_load_desc *desc, struct accel_device **devices,
                                                       uint32_t device_capacity, uint32_t *out_count);

/** How well a saved program fits. */
enum accel_fit {
    ACCEL_FIT_NONE = 0,    /**< will not load */
    ACCEL_FIT_REBUILD = 1, /**< loads and runs right, a rebuild would be better */
    ACCEL_FIT_FULL = 2,
    ACCEL_FIT_MAX_ENUM = 0x7fffffff
};

/**
 * Is this saved program good for that target or device? Opens no device.
 *
 * name is a device id or a target name; NULL: every part is checked against the target it was built for. desc is that of the load to come, with no devices yet: device_count
 * is 0.
 *
 * Ownership: desc and bytes are borrowed for the call. Threads: any thread. Blocks: on file reads and on loading the module; cancellable through progress.
 * Errors: CANCELLED; NOT_FOUND, PERMISSION, IO of path; CORRUPT the bytes are no intact program; INCOMPATIBLE they are of another version of the file format; NOT_FOUND no
 *         device or target has that name. On any error the fit is NONE. Where a module has no compiler, the name of the target alone decides: the device judges the bytes when it
 *         loads them.
 */
ACCEL_API enum accel_status accel_program_check(struct accel_instance *instance, const struct accel_program_load_desc *desc, const char *name, enum accel_fit *out_fit);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_SAVED_H */
