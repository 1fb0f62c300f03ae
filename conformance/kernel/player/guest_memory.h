// SPDX-License-Identifier: MIT
//
// The guest's RAM, mapped from the file that QEMU uses as its memory, and the device's view of it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace accel::lane {

class GuestMemory {
public:
    /// Maps the whole file. Throws std::system_error, naming the file.
    explicit GuestMemory(const std::string &path);
    ~GuestMemory();
    GuestMemory(const GuestMemory &) = delete;
    GuestMemory &operator=(const GuestMemory &) = delete;

    /// The bytes at a guest-physical address, or null where the guest has no memory.
    uint8_t *at(uint64_t address, size_t size_bytes) const;

private:
    uint8_t *bytes_ = nullptr;
    size_t size_bytes_ = 0;
};

/// The device's way to memory: all that the guest has, without the pages of the device itself.
class GuestBus {
public:
    explicit GuestBus(const GuestMemory &memory) : memory_(memory) {}

    bool read(uint64_t address, void *bytes, size_t size_bytes);
    bool write(uint64_t address, const void *bytes, size_t size_bytes);
    /// The bytes themselves, or null where the device reaches none.
    uint8_t *span(uint64_t address, size_t size_bytes) const;

    /// Reads and writes outside of that.
    uint32_t refusals() const { return refusals_.load(std::memory_order_relaxed); }

private:
    const GuestMemory &memory_;
    std::atomic<uint32_t> refusals_{0};
};

}  // namespace accel::lane
