/* SPDX-License-Identifier: MIT */
/*
 * Extension "accel.trace", version 1: what ran when.
 *
 * accel_interface(instance, "accel.trace", 1) answers a struct accel_trace_interface. A recording belongs to the process: it holds spans of every instance, for
 * submissions, segments, copies, fence waits and whatever modules mark. Recording costs one relaxed load per span while it is off.
 */
#ifndef ACCEL_EXT_TRACE_H
#define ACCEL_EXT_TRACE_H

#include <accel/accel.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ACCEL_TRACE_NAME "accel.trace"
#define ACCEL_TRACE_VERSION 1u

/** One finished span. Times are CLOCK_MONOTONIC nanoseconds. */
struct accel_trace_event {
    size_t struct_size;
    const char *name;  /**< what: "submit", "segment", "transfer", "copy", "wait", or a module's own */
    const char *track; /**< where: a device id, "host copies", or "" for the thread */
    uint64_t begin_ns;
    uint64_t end_ns;
    uint64_t object_id; /**< queue, fence or 0 */
    uint32_t thread_id; /**< of the kernel; 0 on the other tracks */
    uint32_t detail;    /**< number of the segment where there is one; of a copy, of the step of the run */
};

/** Receives one span; anything but OK ends the call with that status. Ownership: event is valid during the call. Threads: called on the thread that reads. */
typedef enum accel_status (*accel_trace_fn)(void *user, const struct accel_trace_event *event);

struct accel_trace_interface {
    size_t struct_size;
    /**
     * Begin a new recording of at most event_capacity spans (0: 65536); later ones are counted and dropped.
     *
     * Threads: any thread. Blocks: while another thread reads. Errors: BUSY one is running.
     */
    enum accel_status (*start)(struct accel_instance *instance, uint32_t event_capacity);
    /** End the recording; it stays readable until the next start. Threads: any thread. Blocks: never. Errors: NOT_FOUND none is running. */
    enum accel_status (*stop)(struct accel_instance *instance);
    /**
     * Every span recorded, in order of its end.
     *
     * Ownership: an event is valid during its callback. Threads: any thread. Blocks: on the callback, and while another thread reads. Errors: BUSY still recording; what event answered.
     */
    enum accel_status (*read)(struct accel_instance *instance, accel_trace_fn event, void *user);
    /**
     * The recording as trace event JSON, which Perfetto and Chromium's tracing page open.
     *
     * Threads: any thread; write is called on the calling thread. Blocks: on write, and while another thread reads. Errors: BUSY still recording; what write answered.
     */
    enum accel_status (*write)(struct accel_instance *instance, accel_write_fn write, void *user);
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_EXT_TRACE_H */
