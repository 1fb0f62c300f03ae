// SPDX-License-Identifier: MIT
// What the Ethos-U65-256 can take, by field of the command stream or by Arm's
// published operator constraints (Vela).
#pragma once

#include <cstdint>

namespace accel::ethosu {

inline constexpr int64_t kMaxExtent = 65536;  // 16-bit "minus one" fields
inline constexpr int64_t kMaxStride = 3;
inline constexpr int64_t kMaxDilation = 2;
inline constexpr int64_t kMaxConvKernelLength = 64;  // dilated
inline constexpr int64_t kMaxPoolKernelLength = 256;
inline constexpr int64_t kMaxPadBefore = 127;          // 7 bits
inline constexpr int64_t kMaxPadAfter = 255;           // 8 bits
inline constexpr int64_t kMaxWeightSum = 127 * 65536;  // |w| per channel: no int32 overflow
inline constexpr int64_t kMaxFeatureMapBytes = int64_t{1} << 31;
inline constexpr int64_t kMaxRank = 4;
// Of this backend: a node becomes one operation per image and group.
inline constexpr int64_t kMaxOpsPerNode = 4096;

}  // namespace accel::ethosu
