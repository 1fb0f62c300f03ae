// SPDX-License-Identifier: MIT
//
// The player for one case: the case is skipped where there is none, and leaves nothing armed for the next.
#pragma once

#include "harness.h"
#include "player_control.h"

namespace accel::uapi {

class Player {
public:
    ~Player() { control_.release(); }

    void order(lane::Fault fault, uint32_t argument = 0)
    {
        require(control_.order(fault, argument), "the player did not take the order");
    }
    void open_gate() { control_.open_gate(); }
    uint32_t stuck_resets() const { return control_.stuck_resets(); }
    uint32_t jobs_started() const { return control_.jobs_started(); }
    bool wait_started(uint32_t count) const { return control_.wait_started(count); }

private:
    lane::PlayerControl control_;
};

}  // namespace accel::uapi
