// SPDX-License-Identifier: MIT
// Opens and describes the device.
#include "device.h"

#include "compiler.h"
#include "queue.h"

using namespace accel::template_room;

accel_status accel_bk_device::open(const accel_bk_open &, std::unique_ptr<accel_bk_device> &out)
{
    // >>> device_open
    out = std::make_unique<accel_bk_device>();
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status accel_bk_device::info(accel_bk_device_info &info)
{
    // >>> device_info
    info.name = "Adder without silicon";
    info.target = kTarget;
    info.driver_version = "";
    info.firmware_version = "";
    info.isolation = ACCEL_ISOLATION_PROCESS;
    info.queue_depth = accel_bk_queue::kDepth;
    info.buffer_align_bytes = 64;
    info.import_align_bytes = 1;
    info.buffer_import_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_HOST_POINTER);
    info.flags = ACCEL_BK_DEVICE_FLAG_COHERENT;
    return ACCEL_STATUS_OK;
    // <<<
}
