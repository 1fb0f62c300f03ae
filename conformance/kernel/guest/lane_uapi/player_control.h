// SPDX-License-Identifier: MIT
//
// Asks the player on the host for faults, through the lane's control page.
#pragma once

#include <cstdint>

#include "control_page.h"

namespace accel::uapi {

class PlayerControl {
public:
    /// Maps the page; throws Skip where there is no player (real hardware).
    PlayerControl();
    /// Opens the gate and disarms, so that no case leaves the device stuck for the next.
    ~PlayerControl();
    PlayerControl(const PlayerControl &) = delete;
    PlayerControl &operator=(const PlayerControl &) = delete;

    /// Returns when the player has armed the fault for the next job.
    void order(lane::Fault fault, uint32_t argument = 0);
    void open_gate();

    uint32_t jobs_started() const;
    /// Waits up to a second for the number of started jobs to reach `count`.
    bool wait_started(uint32_t count) const;

private:
    volatile lane::ControlPage *page_ = nullptr;
};

}  // namespace accel::uapi
