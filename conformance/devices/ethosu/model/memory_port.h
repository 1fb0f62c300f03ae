// SPDX-License-Identifier: MIT
//
// The model's side of the bus: regions, refusals as faults, and the direct path where the bus offers one.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>

#include "hazards.h"
#include "npu.h"

namespace accel::devices::ethosu {

class MemoryPort {
public:
    MemoryPort(Bus &bus, const std::array<uint64_t, 8> &region_base) : bus_(bus),
                                                                       region_base_(region_base) {}

    /// Faults when `region` is not 0 to 7.
    uint64_t base(uint32_t region) const;

    void read(uint64_t address, void *bytes, size_t size_bytes);
    void write(uint64_t address, const void *bytes, size_t size_bytes);

    /// Accesses of the current operation so far; a new log begins.
    AccessLog take_log() { return std::exchange(log_, AccessLog()); }
    AccessLog &log() { return log_; }

private:
    Bus &bus_;
    const std::array<uint64_t, 8> &region_base_;
    AccessLog log_;
};

/// What stops long work: the caller's flag, and a bound on what one operation may ask for.
class WorkGuard {
public:
    WorkGuard(const std::atomic<bool> *abort, uint64_t limit) : abort_(abort),
                                                                limit_(limit) {}

    /// Faults when an operation needs more elementary steps (elements moved, multiplications) than the bound.
    void claim(uint64_t a, uint64_t b = 1, uint64_t c = 1, uint64_t d = 1) const;

    /// As claim(), for steps that also take memory here.
    void claim_elements(uint64_t a, uint64_t b = 1, uint64_t c = 1) const;

    /// Called once per output row.
    void check_abort() const;

private:
    const std::atomic<bool> *abort_;
    uint64_t limit_;
};

}  // namespace accel::devices::ethosu
