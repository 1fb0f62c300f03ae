/* SPDX-License-Identifier: MIT */
/*
 * A module's device model: a device played in this process.
 */
#ifndef ACCEL_BACKEND_DEVICE_MODEL_H
#define ACCEL_BACKEND_DEVICE_MODEL_H

#include <accel/backend/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is to be played. */
struct accel_bk_play {
    size_t struct_size;
    const struct accel_bk_host *host; /**< outlives the simulation */
};

/**
 * A device played in this process. Its transport answers as the kernel driver would.
 *
 * One simulation is made for each opening of a device and ends with it: create, open_transport, close_transport, destroy, one after the other. Several devices may be opened and
 * closed at once.
 *
 * Threads: any thread; calls that name different simulations may overlap each other and create, calls on one simulation do not. Blocks: for as long as power-up takes.
 */
struct accel_bk_device_model {
    size_t struct_size;
    const char *driver;      /**< the kernel driver whose uAPI it speaks */
    const char *device_name; /**< for people */
    /** [mandatory] Power it up. The transport lives until destroy. */
    enum accel_status (*create)(const struct accel_bk_play *play, struct accel_bk_simulation **out_simulation);
    /** [mandatory] */
    void (*destroy)(struct accel_bk_simulation *simulation);
    /** [mandatory] One call per opened device, as open() would be; released with close_transport. */
    enum accel_status (*open_transport)(struct accel_bk_simulation *simulation, const struct accel_bk_transport **out_transport);
    /** [mandatory] */
    void (*close_transport)(struct accel_bk_simulation *simulation, const struct accel_bk_transport *transport);
};

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_BACKEND_DEVICE_MODEL_H */
