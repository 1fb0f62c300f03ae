// SPDX-License-Identifier: MIT
// What a buffer of the witness consists of.
#pragma once

#include "objects.h"

namespace accel::witness {

/// At a multiple of 4096, for which there is room.
inline char *memory(accel_bk_buffer *buffer) { return buffer->bytes.data() + (4096 - reinterpret_cast<uintptr_t>(buffer->bytes.data()) % 4096) % 4096; }

inline uint64_t size_of(const accel_bk_buffer *buffer) { return buffer->bytes.size() - 4096; }

inline bool holds(const accel_bk_buffer *buffer, uint64_t offset_bytes, uint64_t size_bytes) { return offset_bytes <= size_of(buffer) && size_bytes <= size_of(buffer) - offset_bytes; }

}  // namespace accel::witness
