// SPDX-License-Identifier: MIT
// This side's copy of a mapped object, and what is known of the other side's.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "connection.h"

namespace accel::carried {

/// Memory that stands for memory elsewhere. Any thread; the CPU may write to memory() meanwhile.
class Shadow {
public:
    /// Null memory() when there is none. Filled with poison: what was not brought cannot be mistaken for what lies there. align_bytes: a power of two, 0 for a page.
    Shadow(uint64_t place, uint64_t size_bytes, uint64_t align_bytes);
    ~Shadow();
    Shadow(const Shadow &) = delete;
    Shadow &operator=(const Shadow &) = delete;

    uint8_t *memory() const { return memory_; }
    uint64_t size_bytes() const { return size_bytes_; }
    uint64_t place() const { return place_; }  ///< the map's number on the other side
    bool holds(const void *pointer, uint64_t size_bytes) const;

    /// A part of this side's memory that goes to the other.
    struct Change {
        uint64_t offset, size_bytes;
    };
    /// Bytes that the CPU changed since they were brought or taken, and those that never were. The caller takes them, and says so.
    std::vector<Change> changes(uint64_t offset, uint64_t size_bytes);
    void took(const Change &change, const uint8_t *bytes);
    /// What lies on the other side; bytes that the CPU has changed meanwhile stay.
    void brought(uint64_t offset, const Bytes &bytes);

private:
    bool is_same(uint64_t block) const;

    const uint64_t place_, size_bytes_;
    void *space_ = nullptr;
    uint64_t space_bytes_ = 0;
    uint8_t *memory_ = nullptr;
    std::mutex lock_;
    Bytes twin_;   ///< the other side's, as far as this one has heard
    Bytes known_;  ///< per byte: 1 if it has heard
};

}  // namespace accel::carried
