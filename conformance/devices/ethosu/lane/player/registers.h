// SPDX-License-Identifier: MIT
//
// The registers of the Ethos-U65 that Linux's ethosu driver uses, as words of shared memory. Offsets and bits: the
// public register description of the Ethos-U65, as its Linux driver uses it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace accel::lane {

inline constexpr size_t kNpuRegistersSizeBytes = 0x2000;
inline constexpr size_t kNpuSramSizeBytes = 0x18000;  // 96 KiB, as on the i.MX93

enum class Register : uint32_t {
    Id = 0x00,
    Status = 0x04,
    Cmd = 0x08,
    Reset = 0x0c,
    QBase = 0x10,
    QBaseHigh = 0x14,
    QRead = 0x18,
    QConfig = 0x1c,
    QSize = 0x20,
    Prot = 0x24,
    Config = 0x28,
    RegionCfg = 0x3c,
    BaseP0 = 0x80,  // eight pairs of low and high word
};

namespace status {
inline constexpr uint32_t kRunning = 1u << 0;
inline constexpr uint32_t kInterrupt = 1u << 1;
inline constexpr uint32_t kBusError = 1u << 2;
inline constexpr uint32_t kResetPending = 1u << 3;
inline constexpr uint32_t kParseError = 1u << 4;
inline constexpr uint32_t kEndReached = 1u << 5;
}  // namespace status

namespace cmd {
inline constexpr uint32_t kRun = 1u << 0;
inline constexpr uint32_t kClearInterrupt = 1u << 1;
}  // namespace cmd

inline constexpr uint32_t kProtNonSecure = 1u << 1;

/// The register page, shared with a guest that reads and writes it at any time.
class RegisterFile {
public:
    explicit RegisterFile(uint8_t *page) : page_(page) {}

    uint32_t read(Register which) const { return word(which).load(std::memory_order_acquire); }
    void write(Register which, uint32_t value) { word(which).store(value, std::memory_order_release); }

    /// Reads a register and leaves zero, in one step: a write that comes later is never lost.
    uint32_t take(Register which) { return word(which).exchange(0, std::memory_order_acq_rel); }

    uint64_t read_pair(Register low, unsigned index = 0) const
    {
        const uint32_t offset = static_cast<uint32_t>(low) + 8 * index;
        return read(static_cast<Register>(offset)) |
               static_cast<uint64_t>(read(static_cast<Register>(offset + 4))) << 32;
    }

private:
    std::atomic_ref<uint32_t> word(Register which) const
    {
        return std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t *>(page_ + static_cast<uint32_t>(which)));
    }

    uint8_t *page_;
};

}  // namespace accel::lane
