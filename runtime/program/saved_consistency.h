// SPDX-License-Identifier: MIT
// What has to be true of a saved program beyond its fields being there.
#pragma once

#include "saved.h"

namespace accel::runtime {

/// Indices point somewhere, memory fits who uses it, and everything is written once before it is read. Errors: CORRUPT (S-3).
accel_status check_consistency(const SavedProgram &program);

/// CORRUPT, with what is wrong.
accel_status corrupt_saved(const std::string &what);

}  // namespace accel::runtime
