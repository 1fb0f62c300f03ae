// SPDX-License-Identifier: MIT
// Statuses: their names, and what system errors become.
#pragma once

#include <accel/accel.h>

namespace accel::runtime {

bool is_known(uint32_t status);
/// Of a system call; the sign does not matter.
accel_status status_from_errno(int error_number);
/// Of a fence that carries an error: what became of the job behind it.
accel_status job_status_from_errno(int error_number);
/// What a module's ticket may end with (M-18).
bool ends_ticket(accel_status status);
/// CONTEXT_LOST, DEVICE_LOST, DEVICE_GONE.
bool is_loss(accel_status status);

}  // namespace accel::runtime
