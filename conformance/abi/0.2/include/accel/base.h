/* SPDX-License-Identifier: MIT */
/*
 * What every header of libaccel uses: versions, objects, statuses, errors, callbacks.
 *
 * The conventions of the whole door are in accel/accel.h.
 */
#ifndef ACCEL_BASE_H
#define ACCEL_BASE_H

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

/**
 * Version of this header. The library's own is accel_version(). 0.2 is the first version that later ones go on serving, 1.x included: the
 * library stays libaccel.so.0. What a released version declares never changes: another member, number, function or slot is another minor
 * version; the patch number, and the catalog's profile, rise within one.
 */
#define ACCEL_VERSION_MAJOR 0u
#define ACCEL_VERSION_MINOR 2u
#define ACCEL_VERSION_PATCH 0u
#define ACCEL_MAKE_VERSION(major, minor, patch) (((major) << 22) | ((minor) << 12) | (patch))
/** The parts of such a number. Comparisons leave the patch out. */
#define ACCEL_VERSION_MAJOR_OF(version) ((version) >> 22)
#define ACCEL_VERSION_MINOR_OF(version) ((version) >> 12 & 0x3ffu)
#define ACCEL_VERSION_PATCH_OF(version) ((version)&0xfffu)
#define ACCEL_VERSION ACCEL_MAKE_VERSION(ACCEL_VERSION_MAJOR, ACCEL_VERSION_MINOR, ACCEL_VERSION_PATCH)

/** A timeout that never ends. Timeouts are relative nanoseconds on CLOCK_MONOTONIC; 0 only looks. */
#define ACCEL_TIMEOUT_FOREVER UINT64_MAX

/** No index, where an index may be absent. */
#define ACCEL_NONE UINT32_MAX

struct accel_instance;
struct accel_device;
struct accel_buffer;
struct accel_fence;
struct accel_model;
struct accel_program;
struct accel_run;
struct accel_state;
struct accel_queue;
struct accel_scratch;

/** Bytes of any kind, not terminated. Frozen. */
struct accel_bytes {
    const void *data; /**< may be NULL when byte_count is 0 */
    uint64_t byte_count;
};

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
    ACCEL_STATUS_DEVICE_LOST = 18,     /**< every object on the device is dead; opening it again works, unless its module does not come back (Q-13) */
    ACCEL_STATUS_DEVICE_GONE = 19,     /**< the device left the machine */
    ACCEL_STATUS_FORKED = 20,          /**< called in a child process of the one that made the object */
    ACCEL_STATUS_INTERNAL = 21,        /**< a bug in libaccel or in a module; the detail names which */
    ACCEL_STATUS_LIMIT = 22,           /**< needs more than the device has; the same request will never fit */
    ACCEL_STATUS_MAX_ENUM = 0x7fffffff /**< no status, as in every enum: values up to 2^31 - 1 can be kept in it; only those of accel_priority are negative */
};

/** The latest failure on the calling thread; before the first one status is OK and the texts are "". */
struct accel_error {
    size_t struct_size;
    uint32_t status; /**< enum accel_status */
    uint32_t reserved;
    uint64_t object_id;  /**< process-wide id of the object concerned, or 0 */
    const char *rule;    /**< number of the broken rule in docs/contract.md, or "" */
    const char *message; /**< one sentence, cut at 1023 bytes: what was given, what was expected, what helps */
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
 * A call that succeeds leaves it alone, so it is only meaningful after a failure. It never allocates. Of a submission that failed later it tells what the device said once
 * accel_fence_error, accel_fence_query or a wait has answered with its status; a sync_file carries no words.
 *
 * Ownership: never NULL; valid until the next failing call on the same thread. Threads: any thread. Blocks: never.
 */
ACCEL_API const struct accel_error *accel_last_error(void);

/**
 * Tells that borrowed memory is used no more and may be freed. Called exactly once if the call that borrowed the memory answered OK, and never if it did not.
 *
 * Threads: called without any lock, on the thread that drops the last user of the memory. That may be a host thread, or one that only asked how far work is (submit,
 * query, wait). Of libaccel it may call unref functions only.
 */
typedef void (*accel_release_fn)(void *user);

/** How far a call is. */
struct accel_progress {
    size_t struct_size; /**< of whoever tells */
    double fraction;    /**< done, from 0 to 1; never falls */
    const char *step;   /**< what is being done now, for people; never NULL */
};

/**
 * Progress of an import, a build, a load or another call that is given one; a non-zero answer cancels it. Called at least every 100 ms of libaccel's own work.
 *
 * Ownership: progress and its step are valid during the call. Threads: called on the thread that asked.
 */
typedef int (*accel_progress_fn)(void *user, const struct accel_progress *progress);

/**
 * The id by which errors, log records and traces name an object, of whatever type it is: other than 0, and never used again in this process. 0 for NULL.
 *
 * Threads: any thread. Blocks: never.
 */
ACCEL_API uint64_t accel_object_id(void *object);

/**
 * Version of the loaded library's operation catalog: ACCEL_OPERATION_PROFILE of the headers that it was built with. A graph that needs more than this one has is UNSUPPORTED.
 *
 * Threads: any thread. Blocks: never.
 */
ACCEL_API uint32_t accel_operation_profile(void);

/**
 * An extension or experiment by name: a versioned struct of functions from its own small header in accel/ext/.
 *
 * object is any libaccel object.
 *
 * Ownership: static; NULL when the name is unknown or the version is not offered. Threads: any thread. Blocks: never.
 */
ACCEL_API const void *accel_interface(void *object, const char *name, uint32_t version);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BASE_H */
