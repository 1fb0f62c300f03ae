// SPDX-License-Identifier: MIT
// Armed faults: what accel_bk_host::fault_point answers. See accel/ext/fault.h.
#pragma once

#include <accel/ext/fault.h>

namespace accel::runtime {

/// OK, or the status that the place has to fail with. One relaxed load while nothing is armed.
accel_status fault_point(const char *place);

extern const accel_fault_interface kFaultInterface;

}  // namespace accel::runtime
