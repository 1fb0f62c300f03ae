// SPDX-License-Identifier: MIT
//
// The board of the kernel lane: where the played device lies in guest-physical memory, and the page through which a
// program in the guest asks the player for faults. The page is no part of the device; its driver knows nothing of it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace accel::lane {

inline constexpr uint64_t kRamAddress = 0x40000000;  // where QEMU's "virt" machine puts its memory
inline constexpr uint64_t kRegistersAddress = 0x70000000;
inline constexpr size_t kRegistersSizeBytes = 0x10000;  // the most that a device may have
inline constexpr uint64_t kControlAddress = 0x70010000;
inline constexpr size_t kControlSizeBytes = 0x1000;
inline constexpr uint64_t kOwnMemoryAddress = 0x70020000;  // for memory that belongs to the device
inline constexpr size_t kOwnMemorySizeBytes = 0x20000;
inline constexpr uint32_t kInterrupt = 100;  // the shared peripheral interrupt of the device

/// What the player does to the next job that the driver starts, and to that one only.
enum class Fault : uint32_t {
    None = 0,
    Hang,        ///< never ends: the driver's timeout must
    BusError,    ///< stops at its first command with a bus error, after `argument` milliseconds
    ParseError,  ///< stops at its first command, which it does not understand, after `argument` milliseconds
    Delay,       ///< waits `argument` milliseconds, then runs
    Hold,        ///< waits until `gate_open` is 1, then runs: the guest decides when memory is read
    Crawl,       ///< shows progress for `argument` milliseconds, then runs: slow, but alive
    Dead,        ///< never ends, and from then on no reset completes until `gate_open` is 1
    kCount,
};

/// The words of the control page. Each is written by one side only.
struct ControlPage {
    uint32_t magic;         ///< player: kMagic
    uint32_t version;       ///< player: kVersion
    uint32_t order_count;   ///< guest: raised last, when `fault` and `argument` are set
    uint32_t order_taken;   ///< player: the order_count that is armed
    uint32_t fault;         ///< guest
    uint32_t argument;      ///< guest
    uint32_t gate_open;     ///< guest: 1 releases a job that Fault::Hold keeps
    uint32_t jobs_started;  ///< player
    uint32_t jobs_ended;    ///< player: ended by itself, in whatever way
    uint32_t resets;        ///< player: resets that completed
    uint32_t bus_refusals;  ///< player: accesses outside the guest's memory
    uint32_t stuck_resets;  ///< player: resets seen that did not complete

    static constexpr uint32_t kMagic = 0x454e414c;  // "LANE"
    static constexpr uint32_t kVersion = 2;
};
static_assert(sizeof(ControlPage) == 48);

}  // namespace accel::lane
