// SPDX-License-Identifier: MIT
// What the test process counts from outside: heap allocations of C++ code and calls of dlopen.
#pragma once

#include <cstdint>

namespace accel::runtime::fake {

uint64_t allocation_count();
uint64_t dlopen_count();

}  // namespace accel::runtime::fake
