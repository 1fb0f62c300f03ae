// SPDX-License-Identifier: MIT
// Measured speeds of devices, for balancing. Kept per process, by device id.
#pragma once

#include <accel/ext/calibration.h>

#include <string>

#include "compiler/target.h"

namespace accel::runtime {

/// What was set or measured for a device, else the defaults.
Speed calibrated_speed(const std::string &device_id);

extern const accel_calibration_interface kCalibrationInterface;

}  // namespace accel::runtime
