/* SPDX-License-Identifier: MIT */
/*
 * Extension "accel.fault", version 1: make the system fail, for tests.
 *
 * accel_interface(instance, "accel.fault", 1) answers a struct accel_fault_interface. Modules ask the host at named places, such as "ethosu.submit", whether they
 * have to behave as if the system had answered a status. Armed faults belong to the process.
 */
#ifndef ACCEL_EXT_FAULT_H
#define ACCEL_EXT_FAULT_H

#include <accel/accel.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ACCEL_FAULT_NAME "accel.fault"
#define ACCEL_FAULT_VERSION 1u

struct accel_fault_interface {
    size_t struct_size;
    /**
     * Let `place` pass skip_count times, then answer `status` fail_count times. Replaces what was armed there.
     *
     * Threads: any thread. Blocks: never. Errors: RESOURCE too many places; INVALID_ARGUMENT the name is too long, or status is OK or outside the enum.
     */
    enum accel_status (*arm)(struct accel_instance *instance, const char *place, uint64_t skip_count, uint64_t fail_count, enum accel_status status);
    /** Forget every armed fault. Threads: any thread. Blocks: never. Errors: none of its own. */
    enum accel_status (*disarm)(struct accel_instance *instance);
    /** How often `place` failed since it was armed; 0 for a place that is not armed. Threads: any thread. Blocks: never. */
    uint64_t (*fired)(struct accel_instance *instance, const char *place);
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_EXT_FAULT_H */
