// SPDX-License-Identifier: MIT
//
// A functional model of an Arm Ethos-U65 with 256 MACs: it executes a command stream word by word against
// memory that the caller provides, and stops where and how the hardware would. It computes results, not time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace accel::devices::ethosu {

/// The memory that the NPU sees on its AXI ports.
class Bus {
public:
    virtual ~Bus() = default;

    /// Copies memory into `bytes`. False means that the bus answers with an error, which stops the job.
    virtual bool read(uint64_t address, void *bytes, size_t size_bytes) = 0;

    /// Copies `bytes` into memory. False means that the bus answers with an error, which stops the job.
    virtual bool write(uint64_t address, const void *bytes, size_t size_bytes) = 0;

    /// Direct access to [address, address + size_bytes), or null: then read() and write() are used.
    virtual uint8_t *span(uint64_t address, size_t size_bytes)
    {
        (void)address;
        (void)size_bytes;
        return nullptr;
    }
};

/// What the driver programs before it sets the run bit: QBASE, QSIZE and BASEP0 to BASEP7.
struct Job {
    uint64_t stream_address = 0;
    uint32_t stream_size_bytes = 0;
    std::array<uint64_t, 8> region_base{};
};

enum class Stop {
    End,          ///< NPU_OP_STOP was reached
    BusError,     ///< the bus refused an address
    ParseError,   ///< an unknown word, an illegal value, or a register that the operation needs was never set
    Aborted,      ///< the caller raised `abort`
    OutOfMemory,  ///< this process has no memory for the operation; silicon never stops so
};

struct Result {
    Stop stop = Stop::End;
    uint32_t read_offset_bytes = 0;  ///< QREAD: the offset of the first word that was not consumed
    std::string detail;              ///< one sentence; empty after End
};

/// One NPU. Its SHRAM (lookup tables) keeps its content between jobs, registers do not. Not thread safe:
/// one job at a time, as on the hardware. Only `abort` and `progress` may be touched by other threads meanwhile.
class Npu {
public:
    /// ID: architecture 1.0.6 in [31:16], product 1 (U65) in [15:12], revision r0p1 in [11:4], status 0.
    static constexpr uint32_t kId = 0x10061010u;
    /// CONFIG: log2 of MACs per cycle [3:0], command stream version [7:4], SHRAM KiB [15:8], product [31:28].
    static constexpr uint32_t kConfig = 8u | (0u << 4) | (48u << 8) | (1u << 28);
    static constexpr uint32_t kMacsPerCycle = 256;
    static constexpr uint32_t kShramSizeBytes = 48 * 1024;

    explicit Npu(Bus &bus) : bus_(bus),
                             shram_{} {}
    Npu(const Npu &) = delete;
    Npu &operator=(const Npu &) = delete;

    /// Runs one job to its end. `abort` is looked at before every operation and at least once per output row.
    /// `progress` receives QREAD while the job runs.
    Result run(const Job &job, const std::atomic<bool> *abort = nullptr, std::atomic<uint32_t> *progress = nullptr);

    /// Clears the SHRAM, as the reset register does.
    void reset() { shram_.fill(0); }

    /// The most elementary steps (elements moved, multiplications) that one operation may take; more is refused
    /// with a parse error. The default is far above any real layer.
    void set_work_limit(uint64_t steps) { work_limit_ = steps; }

private:
    Bus &bus_;
    std::array<uint8_t, kShramSizeBytes> shram_;
    uint64_t work_limit_ = uint64_t{1} << 36;
};

}  // namespace accel::devices::ethosu
