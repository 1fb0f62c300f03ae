// SPDX-License-Identifier: MIT
// Waits for fences, as assertions take them.
#pragma once

#include "expected.h"
#include "status.h"

namespace accel::conformance {

/// The fence reaches the value in time; an assertion says where it is instead.
inline Comparison arrives(const Fence &fence, uint64_t value, uint64_t timeout_ns = kLong)
{
    if (fence.wait(value, timeout_ns)) return Comparison();
    uint64_t reached = 0;
    if (const accel_status status = accel_fence_query(fence.get(), &reached)) return Comparison("the fence tells no value: " + name_of(status));
    return Comparison("the fence is at " + std::to_string(reached) + " after " + std::to_string(timeout_ns / kSecond) + " s, expected " + std::to_string(value));
}

}  // namespace accel::conformance
