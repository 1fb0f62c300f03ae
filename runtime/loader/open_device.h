// SPDX-License-Identifier: MIT
// Opening a device through its transport.
#pragma once

#include <memory>

#include "device_entry.h"

namespace accel::runtime {

/// Load the modules, make the transport, open. Sets the error detail.
accel_status open_device(const DeviceIdentity &identity, std::shared_ptr<OpenDevice> *out);

}  // namespace accel::runtime
