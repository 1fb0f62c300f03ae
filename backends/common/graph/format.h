// SPDX-License-Identifier: MIT
// What writer and reader of the flat form agree on.
#ifndef ACCEL_BACKENDS_COMMON_GRAPH_FORMAT_H
#define ACCEL_BACKENDS_COMMON_GRAPH_FORMAT_H

#include <cstddef>
#include <cstdint>

namespace accel::graph {

inline constexpr uint32_t kMagic = 0x47464341; // "ACFG"
inline constexpr uint32_t kFormat = 5;
inline constexpr size_t kConstantAlignBytes = 64;
/// magic, format, bytes of all, bytes of the structure.
inline constexpr size_t kHeaderBytes = 24;
inline constexpr uint64_t kMaxTensorBytes = uint64_t{1} << 40;

enum class Data : uint32_t { None = 0, Inline = 1, Referenced = 2 };

} // namespace accel::graph

#endif
