// SPDX-License-Identifier: MIT
// A child after fork shares its parent's device files: nothing but unref is safe there.
#pragma once

namespace accel::runtime {

/// Written once in the life of a process, in the child's fork handler, where there is one thread: it needs no atomic.
extern bool forked_child;

/// True in a child of a process that had used the library before it forked.
inline bool in_forked_child() { return forked_child; }

/// From now on children of this process are marked. Repeated calls do nothing.
void watch_forks();

}  // namespace accel::runtime
