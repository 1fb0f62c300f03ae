// SPDX-License-Identifier: MIT
// Counts heap allocations of the whole process: this program's malloc family stands before libc's, for libaccel and its modules too.
#pragma once

#include <cstdint>

namespace accel::bench {

/// Allocations since the program began, on all threads.
uint64_t allocation_count();

}  // namespace accel::bench
