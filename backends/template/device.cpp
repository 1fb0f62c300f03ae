// SPDX-License-Identifier: MIT
#include "device.h"

#include <new>

#include "compiler.h"

namespace accel::template_room {

accel_status device_open(const accel_bk_open *open, accel_bk_device **out_device)
{
    // >>> device_open
    *out_device = nullptr;
    auto *device = new (std::nothrow) accel_bk_device;
    if (!device) return ACCEL_STATUS_OUT_OF_MEMORY;
    device->host = open->host;
    *out_device = device;
    return ACCEL_STATUS_OK;
    // <<<
}

void device_close(accel_bk_device *device) { delete device; }

accel_status device_info(accel_bk_device *, accel_bk_device_info *info)
{
    // >>> device_info
    info->name = "Adder without silicon";
    info->target = kTarget;
    info->driver_version = "";
    info->firmware_version = "";
    info->isolation = ACCEL_ISOLATION_PROCESS;
    info->queue_depth = kQueueDepth;
    info->buffer_align_bytes = 64;
    info->buffer_import_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_HOST_POINTER);
    return ACCEL_STATUS_OK;
    // <<<
}

}  // namespace accel::template_room
