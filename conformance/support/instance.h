// SPDX-License-Identifier: MIT
// An instance that sees what is under test.
#pragma once

#include <accel/accel.hpp>

#include "../suite/target.h"

namespace accel::conformance {

/// Log lines go to standard error, which the supervisor keeps in the group's log.
Instance make_instance(const Target &target);

}  // namespace accel::conformance
