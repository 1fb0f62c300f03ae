// SPDX-License-Identifier: MIT
// The process's SIGBUS, shared with whoever had it before and with whoever takes it afterwards.
#pragma once

#include <cstdint>

namespace accel::runtime {

/// Answers whether the fault was one of ours and is mended. Async-signal-safe.
using FaultFn = bool (*)(void *address);

/// Put a handler in front of the present one: faults that `ours` does not mend go on to that one, with the mask, the stack and the flags that it asked for.
/// Where the application has put a handler over ours since, that one stays in front; ours is reached through it. Calls do not overlap. Throws std::bad_alloc.
void take_sigbus(FaultFn ours);
/// Put back what was there before, unless the application has put a handler over ours: ours then stays, and hands everything on.
void leave_sigbus();

}  // namespace accel::runtime
