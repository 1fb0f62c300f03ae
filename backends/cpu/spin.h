// SPDX-License-Identifier: MIT
// Polling for a bounded while before sleeping: waking a thread costs more than a short spin.
#pragma once

#include "futex.h"

namespace accel::cpu {

class Spin {
public:
    // polls_per_look: the clock is read once in so many polls.
    Spin(uint64_t bound_ns, uint32_t polls_per_look) : bound_ns_(bound_ns),
                                                       polls_per_look_(polls_per_look) {}

    // After a poll that found nothing. True: the bound has passed, so sleep; then restart().
    bool is_over()
    {
        relax();
        if (++polls_ % polls_per_look_ != 0)
            return false;
        looked_ns_ = now_ns();
        if (end_ns_ == 0)
            end_ns_ = looked_ns_ + bound_ns_;
        return looked_ns_ >= end_ns_;
    }
    // After a poll that found something, and after sleeping.
    void restart() { end_ns_ = 0; }
    // After is_over() said true: for how long that has been so.
    uint64_t over_ns() const { return looked_ns_ - end_ns_; }
    // When the clock was last read.
    uint64_t looked_ns() const { return looked_ns_; }

private:
    uint64_t bound_ns_, end_ns_ = 0, looked_ns_ = 0;  // end 0: the next look begins
    uint32_t polls_per_look_, polls_ = 0;
};

}  // namespace accel::cpu
