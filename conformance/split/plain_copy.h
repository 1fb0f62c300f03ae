// SPDX-License-Identifier: MIT
// Who copied memory by plain memcpy or memmove.
#pragma once

namespace accel::split {

/// Code that called this thread's latest memcpy or memmove.
const void *plain_copy_caller();

}  // namespace accel::split

// The linker's names for the ends of the code of memcpy and memmove.
extern "C" const char __start_plain_copy[], __stop_plain_copy[];
