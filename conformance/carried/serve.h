// SPDX-License-Identifier: MIT
// What a server's program serves: one definition for each program.
#pragma once

#include "connection.h"

namespace accel::carried {

/// Opens the program's device and answers on the socket until its other end is closed. The exit code. Exceptions end in main.
int serve_device(Fd control);

}  // namespace accel::carried
