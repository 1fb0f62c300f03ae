// SPDX-License-Identifier: MIT
// Making instances: what discovery found, and the thread that holds work back.
#pragma once

#include "instance/instance.h"

namespace accel::runtime {

/// Also the way in for unit tests, which hand in modules without a library.
accel_status create_instance(const InstanceOptions &options, accel_instance **out_instance);

}  // namespace accel::runtime
