// SPDX-License-Identifier: MIT
//
// What the lane asks of a device that is played: look at the registers, do what the hardware would do, count.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "job_thread.h"

namespace accel::lane {

struct Counters {
    uint32_t jobs_started = 0;
    uint32_t jobs_ended = 0;
    uint32_t resets = 0;
    uint32_t stuck_resets = 0;
};

using Log = std::function<void(const std::string &)>;

class PlayedDevice {
public:
    virtual ~PlayedDevice() = default;

    /// Fills the read-only registers. Called before the guest starts.
    virtual void power_on() = 0;
    /// Arms a fault for the next job.
    virtual void arm(Order order) = 0;
    /// Ends what Fault::Dead began: the next reset completes again.
    virtual void revive() = 0;
    /// Looks once at everything the driver or the job may have changed. True if anything had.
    virtual bool poll() = 0;
    virtual const Counters &counters() const = 0;
};

}  // namespace accel::lane
