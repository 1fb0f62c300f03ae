// SPDX-License-Identifier: MIT
// A step that runs one of two plans.
#pragma once

#include "../plan.h"

namespace accel::cpu {

// A plan inside of another one.
struct Branch {
    std::unique_ptr<Plan> plan;
    std::vector<uint32_t> ports;  // by port of the plan: the value around it, row-major
};

inline constexpr uint32_t kNoArena = UINT32_MAX;
inline constexpr uint64_t kNoteBytes = 160;

// condition: the value that chooses, one BOOL. arena: the value in which the plan that runs works, as large as both ask for; kNoArena: none of them has one. note: a value of kNoteBytes, in
// which stands why a step inside failed until somebody asks.
std::unique_ptr<Step> make_branch_step(uint32_t condition, uint32_t arena, uint32_t note, Branch if_true, Branch if_false);

}  // namespace accel::cpu
