// SPDX-License-Identifier: MIT
// How long the steps of a run took in its latest execution, and for which node of the graph.
#pragma once

#include "plan.h"

#include <accel/backend.h>

#include <vector>

namespace accel::cpu {

class Timings {
public:
    explicit Timings(const Plan &plan) : plan_(plan),
                                         ends_ns_(plan.steps.size()) {}

    // By whoever executes. Allocate nothing.
    void begin() noexcept;
    void memory_ready() noexcept;
    void step_ended(size_t step) noexcept;
    void end() noexcept;

    // Not beside an execution: the whole, then a row for every node in its order, and behind those of several steps one for each step.
    std::vector<accel_bk_timing> rows() const;

private:
    uint64_t began_ns(size_t step) const { return step == 0 ? ready_ns_ : ends_ns_[step - 1]; }
    accel_bk_timing node_row(uint32_t node, const std::vector<size_t> &steps, uint64_t &at_ns) const;

    const Plan &plan_;
    uint64_t begin_ns_ = 0, ready_ns_ = 0, end_ns_ = 0;
    std::vector<uint64_t> ends_ns_;  // by step
};

}  // namespace accel::cpu
