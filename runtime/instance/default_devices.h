// SPDX-License-Identifier: MIT
// The default device set: what an application uses that names no device.
#pragma once

#include <vector>

#include "base/object.h"
#include "device_handle.h"
#include "loader/report.h"

namespace accel::runtime {

struct DefaultDevices {
    std::vector<Ref<accel_device>> devices;  ///< open, in order
    Report left_out;                         ///< a line for each other device
};

/// Judge listed devices in order. A device that cannot be used is no error; memory that is short is.
accel_status choose_default_devices(const std::vector<std::unique_ptr<accel_device>> &listed, DefaultDevices *out);

}  // namespace accel::runtime
