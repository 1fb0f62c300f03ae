// SPDX-License-Identifier: MIT
// Ordered device sets as arguments.
#pragma once

#include <accel/accel.h>

#include <memory>
#include <vector>

#include "device.h"

namespace accel::runtime {

/// At least one device, each a living handle, all of one instance.
accel_status check_device_set(accel_device *const *devices, uint32_t count, const char *name, accel_instance **out_instance);
/// As above, and open them.
accel_status open_device_set(accel_device *const *devices, uint32_t count, const char *name, std::vector<std::shared_ptr<OpenDevice>> *out,
                             accel_instance **out_instance);

}  // namespace accel::runtime
