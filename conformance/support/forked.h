// SPDX-License-Identifier: MIT
// What a case does in a child after fork, without exec.
#pragma once

#include <sys/types.h>

#include <functional>

namespace accel::conformance {

/// How a child ended: it works, it does not (or a signal ended it), or a module said that it does not start again there.
enum ChildEnd : int { kChildWorks = 0,
                      kChildFails = 1,
                      kDoesNotStartAgain = 77 };

/// Runs body in a child, which ends with its answer and within a minute. What it throws is printed. The child asserts nothing: it has no part in the case.
pid_t start_child(const std::function<int()> &body);
/// Waits for it. The answer of its body; kChildFails if a signal ended it.
int end_of_child(pid_t child);
int in_child(const std::function<int()> &body);

/// Skips the case when the device's module says that it does not start again.
void need_start_again(int end);

}  // namespace accel::conformance
