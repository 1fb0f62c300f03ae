// SPDX-License-Identifier: MIT
// Calls of a module's slots from where nothing may be thrown: destructors, threads of the library, queues that have to stay whole.
#pragma once

#include <accel/accel.h>
#include <accel/border/guard.h>

namespace accel::runtime {

/// Inside of a handler: what a slot threw, as a status. The sentence is the module's, and in the log. Never throws.
accel_status thrown_by_module(const char *module, const char *slot) noexcept;

/// A slot that answers a status; what it throws is OUT_OF_MEMORY or INTERNAL.
template <class Call> accel_status ask_module(const char *module, const char *slot, Call &&call) noexcept
{
    return border::guarded(call, [&] { return thrown_by_module(module, slot); });
}

/// queue_wait. What it throws says nothing of the ticket, whose work may go on: INTERNAL, which no ticket ends with.
template <class Call> accel_status ask_for_ticket(const char *module, Call &&call) noexcept
{
    return border::guarded(call, [&] { return thrown_by_module(module, "queue_wait"), ACCEL_STATUS_INTERNAL; });
}

/// A slot that answers nothing: what it was to end is ended for the library, whatever it throws.
template <class Call> void tell_module(const char *module, const char *slot, Call &&call) noexcept
{
    border::guarded([&] { call(); }, [&] { (void)thrown_by_module(module, slot); });
}

}  // namespace accel::runtime
