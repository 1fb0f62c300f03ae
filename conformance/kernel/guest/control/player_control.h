// SPDX-License-Identifier: MIT
//
// Asks the player on the host for faults, through the lane's control page. For programs in the guest; needs root.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "control_page.h"

namespace accel::lane {

/// There is no player: the program runs on real hardware, or without rights.
struct NoPlayer : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class PlayerControl {
public:
    /// Maps the page. Throws NoPlayer.
    PlayerControl();
    ~PlayerControl();
    PlayerControl(const PlayerControl &) = delete;
    PlayerControl &operator=(const PlayerControl &) = delete;

    /// Closes the gate and arms a fault for the next job. False if the player does not answer within a second.
    bool order(Fault fault, uint32_t argument = 0);
    void open_gate();
    /// Opens the gate and disarms.
    void release();

    uint32_t jobs_started() const { return page_->jobs_started; }
    uint32_t jobs_ended() const { return page_->jobs_ended; }
    uint32_t resets() const { return page_->resets; }
    uint32_t stuck_resets() const { return page_->stuck_resets; }
    /// Waits up to a second for the number of started jobs to reach `count`.
    bool wait_started(uint32_t count) const;

private:
    volatile ControlPage *page_ = nullptr;
};

}  // namespace accel::lane
