// SPDX-License-Identifier: MIT
// What a run that is made for measuring knows of its latest submission: when each step began and ended, and what modules tell of their parts.
#pragma once

#include <accel/run.h>

#include <deque>
#include <string>
#include <vector>

#include "base/clock.h"

struct accel_run;

namespace accel::runtime {

class Timings {
public:
    explicit Timings(size_t step_count) : stamps_(step_count) {}

    /// Around each step, by the thread that drives the queue. Allocate nothing.
    void begin(uint32_t step) noexcept;
    void end(uint32_t step) noexcept { stamps_[step].end_ns = now_ns(); }
    /// The submission is over.
    void close(bool well) noexcept { known_ = well; }

    /// Are there rows: has the latest submission ended well?
    bool known() const { return known_; }
    /// Ask the modules, unless that was done since the latest submission. The run is not in flight. Sets the error detail.
    accel_status collect(const accel_run &run);
    const std::vector<accel_timing> &rows() const { return rows_; }

private:
    struct Stamp {
        uint64_t begin_ns = 0, end_ns = 0;
    };
    std::vector<Stamp> stamps_;  ///< by step
    bool known_ = false, collected_ = false;
    std::vector<accel_timing> rows_;
    std::deque<std::string> names_;  ///< that rows point to, as the entry point that they are of may go before them
};

}  // namespace accel::runtime
