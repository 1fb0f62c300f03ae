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
#include <string>

#include "interrupt_line.h"
#include "job_runner.h"
#include "played_device.h"
#include "registers.h"

namespace accel::lane {

class Device final : public PlayedDevice {
public:
    Device(RegisterFile registers, JobRunner &runner, InterruptLine &line, Log log = {});

    void power_on() override;
    void arm(Order order) override { order_ = order; }
    void revive() override { dead_ = false; }
    bool poll() override;
    const Counters &counters() const override { return counters_; }

    bool busy() const { return running_; }

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
    uint32_t status_ = 0;  // without the reset bit
    uint32_t stream_size_bytes_ = 0;
    bool reset_shown_ = true;  // STATUS shows "reset pending"
    bool running_ = false;
    bool dead_ = false;  // resets do not complete
};

}  // namespace accel::lane
