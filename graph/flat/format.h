// SPDX-License-Identifier: MIT
// What writer and reader of the flat form agree on.
#pragma once

#include <cstddef>
#include <cstdint>

namespace accel::graph {

inline constexpr uint32_t kMagic = 0x47464341;  // "ACFG"
inline constexpr uint32_t kFormat = 6;
inline constexpr size_t kConstantAlignBytes = 64;
/// magic, format, bytes of all, bytes of the structure.
inline constexpr size_t kHeaderBytes = 24;

enum class Data : uint32_t { None = 0,
                             Inline = 1,
                             Referenced = 2,
                             Strings = 3 };

}  // namespace accel::graph
