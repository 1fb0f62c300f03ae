// SPDX-License-Identifier: MIT
// An instance that sees what is under test.
#pragma once

#include <accel/accel.hpp>

#include "suite/target.h"

namespace accel::conformance {

/// The instance that a target asks for. log may be NULL.
accel_status create_instance(const Target &target, accel_log_fn log, accel_instance **out_instance);
/// Log lines go to standard error, which the supervisor keeps in the group's log.
Instance make_instance(const Target &target);

}  // namespace accel::conformance
