// SPDX-License-Identifier: MIT
// fork: a child may make an instance of its own, and its parent's objects are nothing to it.
#pragma once

#include <cstdint>

namespace accel::runtime {

/// How many forks lie between this process and the one that loaded the library. Changes in the child's fork handler only, where there is one thread.
extern uint32_t fork_generation;

/// There was no memory for this child's own state when it was forked: it cannot use the library.
bool in_broken_child();

/// The child's copy of this descriptor is closed in the handler, or a device would be kept open by a child that never looks at it. A file whose descriptor finds no place (there are 64) is open there
/// until exec.
void close_in_children(int fd);
/// Before the descriptor is closed here.
void forget_in_children(int fd);

}  // namespace accel::runtime
