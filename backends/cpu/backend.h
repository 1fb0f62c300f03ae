// SPDX-License-Identifier: MIT
// The module's answer to the runtime, for its entry and for tests that need no shared object.
#pragma once

#include <accel/backend.h>

namespace accel::cpu {

// What the module's entry answers.
const accel_bk_module *describe_module(const accel_bk_host *host);

}  // namespace accel::cpu
