// SPDX-License-Identifier: MIT
// The weight stream that the NPU decodes, written with uncompressed slices only.
//
// The format ("mlw") is Arm's; its reference decoder ships with Vela. A slice may
// carry its symbols as plain fixed-width fields, so nothing has to be searched
// for: the cost is one bit per weight over raw int8 at worst, plus 38 bits per slice.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace accel::ethosu {

inline constexpr int kMaxWeight = 255;
inline constexpr size_t kStreamAlignmentBytes = 16;

// The stream for `weights`, padded to 16 bytes. Nothing when a weight is outside
// [-255, 255].
std::optional<std::vector<uint8_t>> encode_weights(std::span<const int16_t> weights);

}  // namespace accel::ethosu
