// SPDX-License-Identifier: MIT
#pragma once

namespace accel::tool {

/// Cores that this process may use; two hardware threads of one core count once.
unsigned physical_cores();

}  // namespace accel::tool
