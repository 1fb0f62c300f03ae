// SPDX-License-Identifier: MIT
// A convolution that is timed to learn a device's speed.
#pragma once

#include <accel/accel.h>

#include "compiler/target.h"

namespace accel::runtime {

/// Errors: UNSUPPORTED the device takes the probe neither quantised nor in binary32.
accel_status measure_speed(accel_device *device, Speed *out);

}  // namespace accel::runtime
