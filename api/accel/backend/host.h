/* SPDX-License-Identifier: MIT */
/*
 * Services that the runtime hands to a module.
 *
 * The binary contract of modules is in accel/backend.h.
 */
#ifndef ACCEL_BACKEND_HOST_H
#define ACCEL_BACKEND_HOST_H

#include <accel/accel.h>

#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ACCEL_BK_API_VERSION_MAJOR 0u
#define ACCEL_BK_API_VERSION_MINOR 2u
/** Version of the module contract in these headers. It is one with the version of the application's door. */
#define ACCEL_BK_API_VERSION ACCEL_MAKE_VERSION(ACCEL_BK_API_VERSION_MAJOR, ACCEL_BK_API_VERSION_MINOR, 0u)

#define ACCEL_BK_EXPORT __attribute__((visibility("default")))

/**
 * Answer with a struct: as much of filled as its reader has room for, whose struct_size stays. So a module that was compiled with newer headers than the runtime writes nothing beyond it.
 *
 * Ownership: copied. Threads: any thread. Blocks: never.
 */
static inline void accel_bk_answer(void *out, const void *filled, size_t filled_bytes)
{
    size_t room_bytes;
    memcpy(&room_bytes, out, sizeof room_bytes);
    if (room_bytes < filled_bytes)
        filled_bytes = room_bytes;
    if (filled_bytes > sizeof room_bytes)
        memcpy((char *)out + sizeof room_bytes, (const char *)filled + sizeof room_bytes, filled_bytes - sizeof room_bytes);
}
/** Of an out struct, and a struct of the same type that was filled in. */
#define ACCEL_BK_ANSWER(out, filled) accel_bk_answer((out), &(filled), sizeof(filled))

struct accel_bk_device;
struct accel_bk_buffer;
struct accel_bk_program;
struct accel_bk_run;
struct accel_bk_queue;
struct accel_bk_simulation;

/**
 * Services that the runtime hands to a module.
 *
 * Ownership: lives as long as the module is loaded. Threads: any thread, in every slot; set_error, pulse and remark only on the thread of the slot that they are for. Blocks: never for long.
 */
struct accel_bk_host {
    size_t struct_size;
    uint32_t api_version; /**< of the runtime */
    /**
     * ACCEL_OPERATION_PROFILE of the runtime's catalog, which moves on its own. An importer writes operations and revisions that came later as custom nodes.
     */
    uint32_t operation_profile;
    void *context; /**< first argument of every slot */

    /** Is a line of this level wanted? Ask before formatting one. */
    int (*log_enabled)(void *context, enum accel_log_level level);
    void (*log)(void *context, enum accel_log_level level, const char *message);

    /**
     * Add the detail sentence, and the number of the rule concerned ("" or NULL: none), to the status that the module is about to return on this thread.
     * Copied, and cut to 1023 bytes; never allocates. The last one before the return counts; with OK it is dropped.
     */
    void (*set_error)(void *context, const char *rule, const char *message);

    /** Begin and end a span on the calling thread's track of a recorded trace; nothing happens while no trace is recorded. name is copied, and cut to 63 bytes; spans nest 16 deep. */
    void (*trace_begin)(void *context, const char *name);
    void (*trace_end)(void *context);

    /**
     * A named place where tests inject failures. Answers OK, or the status that the module must behave as if the system had answered.
     * Place names are `<module>.<what>`, such as "ethosu.submit".
     */
    enum accel_status (*fault_point)(void *context, const char *place);

    /**
     * For work on the application's thread that is given no progress function, such as program_load: shows the application that the call goes on. To be asked at least
     * every 100 ms of work; asking costs nanoseconds. OK, or CANCELLED when the application wants no more: the module then gives up and answers so.
     */
    enum accel_status (*pulse)(void *context);

    /**
     * In program_load, on its thread: a sentence for the placement report about node number `node` of graph number `graph` of the blob, such as why the device has a slower way for it than
     * for others. The last one about a node counts; it is dropped where there is no such node, where the load fails, and outside of program_load. Copied.
     */
    void (*remark)(void *context, uint32_t graph, uint32_t node, const char *message);
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_HOST_H */
