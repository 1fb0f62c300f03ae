// SPDX-License-Identifier: MIT
// Calls of the C++ door whose status is asked for, not thrown.
#pragma once

#include <accel/accel.hpp>

namespace accel::conformance {

/// The status that a call of the C++ door threw, or OK.
template <class Call> accel_status status_of(Call &&call)
{
    try {
        call();
        return ACCEL_STATUS_OK;
    } catch (const Error &error) {
        return error.status();
    }
}

}  // namespace accel::conformance
