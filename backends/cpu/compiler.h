// SPDX-License-Identifier: MIT
// The compiler half of the module: its table, its target, and how many threads a program may ask for.
#ifndef ACCEL_BACKENDS_CPU_COMPILER_H
#define ACCEL_BACKENDS_CPU_COMPILER_H

#include <accel/backend.h>

namespace accel::cpu
{

inline constexpr const char *kTarget = "cpu";
inline constexpr uint32_t kThreadsMax = 256;

extern const accel_bk_compiler kCompiler;

} // namespace accel::cpu

#endif
