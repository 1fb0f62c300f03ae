// SPDX-License-Identifier: MIT
// One prepared piece of work: a function and its packed arguments, with memory named by value.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>

namespace accel::cpu {

// Where each value of a plan lies for one run.
using Values = std::byte *const *;

// What a step keeps per run.
class StepState {
public:
    virtual ~StepState() = default;

    // Set by a step that answers false for want of memory.
    std::atomic<bool> lacked_memory{false};
};

class Step {
public:
    virtual ~Step() = default;

    // False: the data made it impossible (an index outside its table), or memory was short, which the state then says.
    virtual bool run(Values values, StepState *state) const noexcept = 0;

    // After run() was false, on the same thread: what made it impossible, as a sentence with its end. Allocates nothing.
    virtual void explain(Values, std::span<char>) const noexcept {}

    virtual std::unique_ptr<StepState> make_state() const { return nullptr; }
    // Values moved. Not called while the run is in flight.
    virtual bool bind(Values, StepState *) const noexcept { return true; }
};

}  // namespace accel::cpu
