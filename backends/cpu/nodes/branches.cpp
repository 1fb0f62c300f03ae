// SPDX-License-Identifier: MIT
// Both plans are there from loading on, with their values placed when the run is bound; a run chooses, and allocates nothing.
#include "branches.h"

#include <array>
#include <cstdio>

namespace accel::cpu {
namespace {

// One of the plans, in one run.
struct Inside {
    std::vector<std::byte *> values;
    std::vector<std::unique_ptr<StepState>> states;
};

struct BranchState : StepState {
    std::array<Inside, 2> inside;  // by condition
};

class BranchStep : public Step {
public:
    BranchStep(uint32_t condition, uint32_t arena, uint32_t note, Branch if_true, Branch if_false)
        : condition_(condition),
          arena_(arena),
          note_(note),
          branches_{std::move(if_false), std::move(if_true)} {}

    bool run(Values values, StepState *state) const noexcept override
    {
        auto &own = static_cast<BranchState &>(*state);
        const size_t chosen = *values[condition_] != std::byte{0} ? 1 : 0;
        const Inside &inside = own.inside[chosen];
        const std::vector<std::unique_ptr<Step>> &steps = branches_[chosen].plan->steps;
        for (size_t i = 0; i < steps.size(); ++i) {
            StepState *const of_step = inside.states[i].get();
            if (steps[i]->run(inside.values.data(), of_step))
                continue;
            own.lacked_memory = of_step != nullptr && of_step->lacked_memory.exchange(false);
            const std::span<char> note = note_in(values);
            note[0] = '\0';
            steps[i]->explain(inside.values.data(), note);
            return false;
        }
        return true;
    }

    void explain(Values values, std::span<char> sentence) const noexcept override
    {
        const std::span<char> note = note_in(values);
        if (note[0] != '\0')
            std::snprintf(sentence.data(), sentence.size(), "%.*s", static_cast<int>(note.size()), note.data());
    }

    std::unique_ptr<StepState> make_state() const override
    {
        auto state = std::make_unique<BranchState>();
        for (size_t i = 0; i < branches_.size(); ++i) {
            state->inside[i].values.resize(branches_[i].plan->values.size());
            for (const auto &step : branches_[i].plan->steps)
                state->inside[i].states.push_back(step->make_state());
        }
        return state;
    }

    bool bind(Values values, StepState *state) const noexcept override
    {
        auto &own = static_cast<BranchState &>(*state);
        for (size_t i = 0; i < branches_.size(); ++i)
            if (!bind(branches_[i], values, own.inside[i]))
                return false;
        return true;
    }

private:
    std::span<char> note_in(Values values) const noexcept { return {reinterpret_cast<char *>(values[note_]), kNoteBytes}; }

    bool bind(const Branch &branch, Values around, Inside &inside) const noexcept
    {
        const Plan &plan = *branch.plan;
        for (size_t i = 0; i < plan.values.size(); ++i) {
            const Value &value = plan.values[i];
            switch (value.source) {
            case Source::kArena:
                inside.values[i] = arena_ == kNoArena ? nullptr : around[arena_] + value.offset_bytes;
                break;
            case Source::kPort:
                inside.values[i] = around[branch.ports[value.port]];
                break;
            case Source::kConstant:
                inside.values[i] = value.data;
                break;
            }
        }
        for (size_t i = 0; i < plan.steps.size(); ++i)
            if (!plan.steps[i]->bind(inside.values.data(), inside.states[i].get()))
                return false;
        return true;
    }

    const uint32_t condition_, arena_, note_;
    const std::array<Branch, 2> branches_;  // by condition
};

}  // namespace

std::unique_ptr<Step> make_branch_step(uint32_t condition, uint32_t arena, uint32_t note, Branch if_true, Branch if_false)
{
    return std::make_unique<BranchStep>(condition, arena, note, std::move(if_true), std::move(if_false));
}

}  // namespace accel::cpu
