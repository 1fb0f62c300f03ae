// SPDX-License-Identifier: MIT
// The runtime's services and the border of the module, as this room calls them.
#pragma once

#include "module/guard.h"

namespace accel::cpu {

using module::Cancelled;
using module::fail;
using module::fault_point;
using module::guarded;
using module::pulse;
using module::remark;

}  // namespace accel::cpu
