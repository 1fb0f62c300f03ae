// SPDX-License-Identifier: MIT
// The border of a module: no exception crosses it.
#pragma once

#include "module/host.h"

#include <accel/border/guard.h>

#include <memory>

namespace accel::module {

// What the body answers, or a status and a sentence for what it throws: Cancelled is CANCELLED, all else what border::caught says.
template <class Body> accel_status guarded(const Body &body) noexcept { return border::guarded(body, fail_thrown); }

// The same for queue_wait, where a shortage is no answer about the ticket: TIMEOUT, and the runtime asks again (M-18).
template <class Body> accel_status guarded_wait(const Body &body) noexcept
{
    return border::guarded(body, [] {
        const accel_status status = border::caught().status;
        return status == ACCEL_STATUS_OUT_OF_MEMORY || status == ACCEL_STATUS_RESOURCE ? ACCEL_STATUS_TIMEOUT : fail_thrown();
    });
}

// The same for a body that makes an object, given as accel_status(std::unique_ptr<Object> &). *out is null unless it answers OK.
template <class Object, class Body> accel_status guarded_making(Object **out, const Body &body) noexcept
{
    *out = nullptr;
    return guarded([&] {
        std::unique_ptr<Object> made;
        const accel_status status = body(made);
        if (status == ACCEL_STATUS_OK)
            *out = made.release();
        return status;
    });
}

}  // namespace accel::module
