// SPDX-License-Identifier: MIT
// What helps after an error of the library. Where the tool knows more, the place of the call has a remedy of its own (`advised`).
#pragma once

#include <accel/accel.h>

namespace accel::tool {

const char *remedy_of(accel_status status);

}  // namespace accel::tool
