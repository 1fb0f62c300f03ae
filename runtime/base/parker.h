// SPDX-License-Identifier: MIT
// Sleep until somebody wakes this thread, or an instant comes. Signals do not matter.
#pragma once

#include <atomic>
#include <cstdint>

namespace accel::runtime {

class Parker {
public:
    /// Any thread; the wake is not lost when nobody sleeps yet.
    void wake();
    /// Sleep until woken or until the deadline (CLOCK_MONOTONIC, UINT64_MAX: none). Spins briefly first. Takes the wake.
    void park(uint64_t deadline_ns);

private:
    std::atomic<uint32_t> woken_{0};
};

}  // namespace accel::runtime
