// SPDX-License-Identifier: MIT
// Memory aligned for every vector width. Contents are undefined until written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace accel::cpu {

inline constexpr uint64_t kAlignBytes = 64;

inline uint64_t round_up(uint64_t value, uint64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

struct FreeBytes {
    void operator()(std::byte *bytes) const { std::free(bytes); }
};

using AlignedBytes = std::unique_ptr<std::byte, FreeBytes>;

// Throws std::bad_alloc.
inline AlignedBytes allocate_aligned(uint64_t size_bytes)
{
    if (size_bytes > SIZE_MAX - kAlignBytes)
        throw std::bad_alloc();
    const size_t rounded = round_up(size_bytes == 0 ? 1 : size_bytes, kAlignBytes);
    auto *bytes = static_cast<std::byte *>(std::aligned_alloc(kAlignBytes, rounded));
    if (bytes == nullptr)
        throw std::bad_alloc();
    return AlignedBytes(bytes);
}

}  // namespace accel::cpu
