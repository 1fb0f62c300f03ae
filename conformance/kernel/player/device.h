// SPDX-License-Identifier: MIT
//
// The register machine: sees what the driver wrote, does what the hardware would do, and shows the outcome.
//
// The registers are ordinary memory, so a write is seen a little after it happened, and only as a changed word. Three
// rules make that sound for the unmodified driver:
// - STATUS shows "reset pending" from the moment that the driver has used a reset, not from its next write to RESET:
//   the driver, which polls that bit after the write, then always waits until the reset was seen.
// - A run that is seen while an interrupt is pending means that the driver has acknowledged it: the driver writes the
//   acknowledgement and the next run to the same word, and the second may hide the first.
// - The interrupt is edge triggered in the device tree. A line that stays high until a late acknowledgement would make
//   the kernel's handler acknowledge again and again, over the driver's next run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "control_page.h"
#include "interrupt_line.h"
#include "job_runner.h"
#include "registers.h"

namespace accel::lane {

struct Counters {
    uint32_t jobs_started = 0;
    uint32_t jobs_ended = 0;
    uint32_t resets = 0;
    uint32_t stuck_resets = 0;
};

class Device {
public:
    using Log = std::function<void(const std::string &)>;

    Device(RegisterFile registers, JobRunner &runner, InterruptLine &line, Log log = {});

    /// Fills the read-only registers. Call before the guest starts.
    void power_on();

    /// Arms a fault for the next job.
    void arm(Order order) { order_ = order; }

    /// Ends what Fault::Dead began: the next reset completes again.
    void revive() { dead_ = false; }

    /// Looks once at everything the driver or the job may have changed. True if anything had.
    bool poll();

    bool busy() const { return running_; }
    const Counters &counters() const { return counters_; }

private:
    bool poll_reset();
    bool poll_command();
    bool poll_job();
    void start_job();
    void finish_job(const devices::ethosu::Result &result);
    void clear_interrupt();
    void set_status(uint32_t bits);
    void log(const std::string &line) const;

    RegisterFile registers_;
    JobRunner &runner_;
    InterruptLine &line_;
    Log log_;
    Order order_;
    Counters counters_;
    uint32_t status_ = 0;         // without the reset bit
    uint32_t stream_size_bytes_ = 0;
    bool reset_shown_ = true;     // STATUS shows "reset pending"
    bool running_ = false;
    bool dead_ = false;           // resets do not complete
};

}  // namespace accel::lane
