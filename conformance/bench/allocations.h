// SPDX-License-Identifier: MIT
// Counts heap allocations of the whole process: this program's malloc family stands before libc's, for libaccel and its modules too.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace accel::bench {

/// Allocations since the program began, on all threads.
uint64_t allocation_count();

/// Allocations while body runs, by the shared object whose code asked: the first caller that is neither the C nor the C++ library. Slow: each is traced back.
std::map<std::string, uint64_t> allocations_by_object(const std::function<void()> &body);

}  // namespace accel::bench
