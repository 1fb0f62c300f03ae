// SPDX-License-Identifier: MIT
// Where a saved program runs here.
#pragma once

#include <vector>

#include "base/object.h"
#include "instance/instance.h"

namespace accel::runtime {

/// A device for each place of the saved set, open, in the order that a load wants. Errors: NOT_FOUND (S-7); as read_saved.
accel_status find_program_devices(accel_instance &instance, const accel_program_load_desc &desc, std::vector<Ref<accel_device>> *out);

}  // namespace accel::runtime
