// SPDX-License-Identifier: MIT
//
// DMA and kernels run side by side on the hardware; only DMA_WAIT and KERNEL_WAIT order them. The model runs one after
// the other, so a missing wait would go unnoticed: this remembers what unfinished work touches and refuses a conflict.
// Kernels among themselves are ordered by BLOCKDEP and not examined.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

namespace accel::devices::ethosu {

struct AddressRange {
    uint64_t begin;
    uint64_t end;
};

/// The memory that one operation reads and writes.
class AccessLog {
public:
    /// Where the internal memory (SHRAM) lies in the log: above every bus address.
    static constexpr uint64_t kInternal = uint64_t{1} << 63;

    void read(uint64_t begin, uint64_t size) { append(reads_, begin, size); }
    void write(uint64_t begin, uint64_t size) { append(writes_, begin, size); }

    /// Must be called once, before conflicts_with().
    void finish();
    bool conflicts_with(const AccessLog &other) const;

private:
    static void append(std::vector<AddressRange> &ranges, uint64_t begin, uint64_t size);

    std::vector<AddressRange> reads_;
    std::vector<AddressRange> writes_;
};

class Hazards {
public:
    /// Faults when the operation conflicts with work of the other kind that may still be running.
    void start_kernel(AccessLog log);
    void start_dma(AccessLog log);

    /// At most `outstanding` operations of the kind may still be running.
    void wait_kernels(uint32_t outstanding);
    void wait_dma(uint32_t outstanding);

private:
    std::deque<AccessLog> kernels_;
    std::deque<AccessLog> dmas_;
};

}  // namespace accel::devices::ethosu
