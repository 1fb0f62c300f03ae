/* SPDX-License-Identifier: MIT */
/*
 * Extension "accel.calibration", version 1: the speeds by which ACCEL_PROGRAM_FLAG_BALANCE cuts a model.
 *
 * accel_interface(device, "accel.calibration", 1) answers a struct accel_calibration_interface. Speeds belong to the process and are kept by device id; a device
 * that was neither measured nor set has cautious defaults.
 */
#ifndef ACCEL_EXT_CALIBRATION_H
#define ACCEL_EXT_CALIBRATION_H

#include <accel/accel.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ACCEL_CALIBRATION_NAME "accel.calibration"
#define ACCEL_CALIBRATION_VERSION 1u

struct accel_calibration {
    size_t struct_size;
    double macs_per_s;       /**< multiply-accumulates, above 0 */
    double overhead_ns;      /**< of one more segment, at least 0 */
    double copy_bytes_per_s; /**< to or from the device, above 0 */
};

struct accel_calibration_interface {
    size_t struct_size;
    /** The speeds that a build would use now. Threads: any thread. Blocks: never. Errors: none of its own. */
    enum accel_status (*get)(struct accel_device *device, struct accel_calibration *out_calibration);
    /**
     * Say what the speeds are.
     *
     * Ownership: calibration is borrowed for the call. Threads: any thread. Blocks: never. Errors: INVALID_ARGUMENT a speed is not above 0, the overhead is below 0, or one is not finite.
     */
    enum accel_status (*set)(struct accel_device *device, const struct accel_calibration *calibration);
    /**
     * Build a probe convolution in a form that the device takes, time it, and keep the result.
     *
     * Threads: any thread. Blocks: on opening the device, and for some tens of milliseconds. Errors: UNSUPPORTED the device takes neither form of the probe.
     */
    enum accel_status (*measure)(struct accel_device *device);
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_EXT_CALIBRATION_H */
