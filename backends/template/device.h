// SPDX-License-Identifier: MIT
#pragma once

#include <accel/backend.h>

/// The open device. With silicon, this is where the transport, the facts that the driver told, and the handle table live.
struct accel_bk_device {
    const accel_bk_host *host = nullptr;
};

namespace accel::template_room {

constexpr uint32_t kQueueDepth = 64;

accel_status device_open(const accel_bk_open *open, accel_bk_device **out_device);
void device_close(accel_bk_device *device);
accel_status device_info(accel_bk_device *device, accel_bk_device_info *info);

}  // namespace accel::template_room
