// SPDX-License-Identifier: MIT
// 16-bit reals of operations that compute in binary32: widened before, rounded once behind.
#pragma once

#include "../builder.h"

namespace accel::cpu {

inline bool is_narrow(uint32_t type) { return type == ACCEL_TYPE_F16 || type == ACCEL_TYPE_BF16; }

// The same values in F32; the view itself where it is not narrow. Of a constant they are made now, else by a step.
View widened(Builder &builder, const View &view);

// Memory in F32 for a result; the view itself where that is not narrow. add_rounding puts into the result what lies there in the end.
View wide_result(Builder &builder, const View &result);
void add_rounding(Builder &builder, const View &wide, const View &result);

}  // namespace accel::cpu
