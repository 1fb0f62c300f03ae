// SPDX-License-Identifier: MIT
// Ordered device sets as arguments.
#pragma once

#include <accel/accel.h>

#include <memory>
#include <vector>

#include "base/object.h"
#include "device_handle.h"

namespace accel::runtime {

/// At least one device, each a living handle, all of one instance.
accel_status check_device_set(accel_device *const *devices, uint32_t count, const char *name, accel_instance **out_instance);
/// As above, and open them.
accel_status open_device_set(accel_device *const *devices, uint32_t count, const char *name, std::vector<std::shared_ptr<OpenDevice>> *out,
                             accel_instance **out_instance);

/// The out parameters of a call that answers with a device set: everything NULL and 0 until it succeeds.
accel_status begin_list(accel_device **devices, uint32_t capacity, uint32_t *out_count);
/// As many of the devices as there is room for, each with a reference for the caller.
void hand_out(std::vector<Ref<accel_device>> &found, accel_device **devices, uint32_t capacity, uint32_t *out_count);

}  // namespace accel::runtime
