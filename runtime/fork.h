// SPDX-License-Identifier: MIT
// A child after fork shares its parent's device files: nothing but unref is safe there.
#pragma once

#include <atomic>

namespace accel::runtime {

extern std::atomic<bool> forked_child;

/// True in a child of a process that had used the library before it forked.
inline bool in_forked_child() { return forked_child.load(std::memory_order_relaxed); }

/// From now on children of this process are marked. Repeated calls do nothing.
void watch_forks();

}  // namespace accel::runtime
