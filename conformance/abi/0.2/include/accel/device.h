/* SPDX-License-Identifier: MIT */
/*
 * A device: one accelerator, or the CPU.
 */
#ifndef ACCEL_DEVICE_H
#define ACCEL_DEVICE_H

#include <accel/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum accel_device_kind {
    ACCEL_DEVICE_KIND_CPU = 1,
    ACCEL_DEVICE_KIND_NPU = 2,
    ACCEL_DEVICE_KIND_GPU = 3,
    ACCEL_DEVICE_KIND_OTHER = 4,
    ACCEL_DEVICE_KIND_MAX_ENUM = 0x7fffffff
};

enum accel_device_flag {
    ACCEL_DEVICE_FLAG_SIMULATED = 1 << 0,      /**< played by a model in this process: no silicon, no kernel */
    ACCEL_DEVICE_FLAG_OPEN = 1 << 1,           /**< opened; facts that only an open device tells are filled in */
    ACCEL_DEVICE_FLAG_SINGLE_CONTEXT = 1 << 2, /**< needs open: one process at a time may open it */
    ACCEL_DEVICE_FLAG_BY_NAME = 1 << 3,        /**< used only where it is named: its manifest keeps it out of the default set */
    ACCEL_DEVICE_FLAG_MAX_ENUM = 0x7fffffff
};

/** What keeps one client's job from another client's memory. */
enum accel_isolation {
    ACCEL_ISOLATION_UNKNOWN = 0,
    ACCEL_ISOLATION_PROCESS = 1,          /**< the work runs as this process */
    ACCEL_ISOLATION_IOMMU = 2,            /**< an address space of its own */
    ACCEL_ISOLATION_KERNEL_VALIDATOR = 3, /**< only the kernel's check of the command stream */
    ACCEL_ISOLATION_NONE = 4,
    ACCEL_ISOLATION_MAX_ENUM = 0x7fffffff
};

/** Ways for memory to enter or leave libaccel. Used as a value and, shifted, as a set. */
enum accel_handle_kind {
    ACCEL_HANDLE_KIND_DMA_BUF = 1,
    ACCEL_HANDLE_KIND_MEMFD = 2,
    ACCEL_HANDLE_KIND_HOST_POINTER = 3,
    ACCEL_HANDLE_KIND_VULKAN_OPAQUE_FD = 4, /**< a number that is kept free: UNSUPPORTED wherever it is given, until a version says what the descriptor is */
    ACCEL_HANDLE_KIND_SYNC_FILE = 5,
    ACCEL_HANDLE_KIND_DRM_SYNCOBJ = 6, /**< kept free, as VULKAN_OPAQUE_FD */
    ACCEL_HANDLE_KIND_EVENTFD = 7,
    ACCEL_HANDLE_KIND_VULKAN_TIMELINE = 8, /**< kept free, as VULKAN_OPAQUE_FD */
    ACCEL_HANDLE_KIND_MAX_ENUM = 0x7fffffff
};
#define ACCEL_HANDLE_BIT(kind) (1u << (kind))

/**
 * Facts about a device. What *needs open* is 0 or "" until it is open. What is *first told by the manifest* may be another once it is open, and *needs module* says: 0 until
 * the module is loaded, as opening does. A string that was told stays valid all the same.
 */
struct accel_device_info {
    size_t struct_size;
    uint64_t object_id;
    const char *id;      /**< stable across boots where the bus is: "ethosu@4a900000.npu", "cpu" */
    const char *name;    /**< for people: "Arm Ethos-U65-256"; first told by the manifest */
    const char *backend; /**< module that serves it */
    const char *backend_version;
    const char *target;           /**< name of the compile target that fits, or ""; first told by the manifest */
    const char *node;             /**< "/dev/accel/accel0", or "" */
    const char *bus_path;         /**< path below /sys/devices, or "" */
    const char *driver;           /**< kernel driver, or "" */
    const char *driver_version;   /**< needs open: "1.0.0" */
    const char *firmware_version; /**< needs open, "" if the device has none */
    uint32_t kind;                /**< enum accel_device_kind */
    uint32_t flags;               /**< enum accel_device_flag */
    uint32_t isolation;           /**< enum accel_isolation; first told by the manifest */
    uint32_t queue_depth;         /**< submissions in flight per queue before BUSY; first told by the manifest */
    uint64_t job_timeout_ns;      /**< longest that one submission runs on it once started; then it ends by itself. 0: nothing ends it; first told by the manifest */
    uint64_t memory_bytes;        /**< memory a program may use at once; 0: only the machine's limits; first told by the manifest */
    uint64_t buffer_align_bytes;  /**< alignment that suits every port; first told by the manifest */
    uint32_t context_count;       /**< contexts the hardware offers; 0: not limited; first told by the manifest */
    uint32_t buffer_import_kinds; /**< needs open: set of ACCEL_HANDLE_BIT */
    uint32_t buffer_export_kinds; /**< needs open: set of ACCEL_HANDLE_BIT */
    uint32_t fence_export_kinds;  /**< needs open: set of ACCEL_HANDLE_BIT that its work can signal natively */
    uint32_t fence_wait_kinds;    /**< needs open: set of ACCEL_HANDLE_BIT that its work can wait for natively */
    uint32_t roundings;           /**< needs module: set of 1 << enum accel_rounding that its requantisation offers */
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
 *         taken; INCOMPATIBLE the module cannot be used, or cannot serve this driver's version; UNSUPPORTED the module only compiles;
 *         DEVICE_LOST its module did not come back from an earlier call: lost for the rest of the process.
 */
ACCEL_API enum accel_status accel_device_open(struct accel_device *device);

#ifdef __cplusplus
}
#endif

#endif /* ACCEL_DEVICE_H */
