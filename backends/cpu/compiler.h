// SPDX-License-Identifier: MIT
// The compiler half of the module: its table, its target, and how many threads a program may ask for.
#pragma once

#include <accel/backend.h>

namespace accel::cpu {

inline constexpr const char *kTarget = "cpu";
inline constexpr uint32_t kThreadsMax = 256;

extern const accel_bk_compiler kCompiler;

}  // namespace accel::cpu
