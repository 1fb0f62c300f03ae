// SPDX-License-Identifier: MIT
// Who does submitted work: the inside of a queue (queue/core.h), as those know it that wait for a submission, or order others by it.
#pragma once

#include <accel/accel.h>

#include <cstdint>

namespace accel::runtime {

/// Counted, like an object. Submissions have numbers, and end in their order. Any thread.
class Worker {
public:
    virtual void ref() = 0;
    virtual void unref() = 0;
    /// Move on what can be without waiting or copying.
    virtual void poll() = 0;
    /// Help until a submission is over, or until the deadline.
    virtual void wait_until(uint64_t sequence, uint64_t deadline_ns) = 0;
    /// Wait for the device that executes a submission right now; false if none does.
    virtual bool wait_native(uint64_t sequence, uint64_t deadline_ns) = 0;
    virtual accel_status sync_file(uint64_t sequence, int *out_fd) = 0;

protected:
    Worker() = default;
    ~Worker() = default;
};

}  // namespace accel::runtime
