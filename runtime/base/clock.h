// SPDX-License-Identifier: MIT
// CLOCK_MONOTONIC in nanoseconds, and deadlines that saturate.
#pragma once

#include <cstdint>
#include <ctime>

namespace accel::runtime {

inline uint64_t now_ns()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

/// Instant at which a timeout that starts now ends; UINT64_MAX never comes.
inline uint64_t deadline_after(uint64_t timeout_ns)
{
    if (timeout_ns == UINT64_MAX)
        return UINT64_MAX;
    const uint64_t now = now_ns();
    return timeout_ns > UINT64_MAX - now ? UINT64_MAX : now + timeout_ns;
}

/// Nanoseconds left until a deadline, 0 when it has passed.
inline uint64_t remaining_ns(uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX)
        return UINT64_MAX;
    const uint64_t now = now_ns();
    return deadline_ns > now ? deadline_ns - now : 0;
}

}  // namespace accel::runtime
