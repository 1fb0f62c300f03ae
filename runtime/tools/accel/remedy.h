// SPDX-License-Identifier: MIT
// What helps after an error of the library. Where the tool knows more, the place of the call has a remedy of its own (`advised`).
#pragma once

#include <accel/accel.h>

#include <string_view>

namespace accel::tool {

/// rule: the number of the broken rule, or "".
const char *remedy_of(accel_status status, std::string_view rule = "");

/// The same for a model that could not be imported; "" where the library's sentence says what to do.
const char *remedy_of_import(accel_status status, std::string_view rule);

}  // namespace accel::tool
