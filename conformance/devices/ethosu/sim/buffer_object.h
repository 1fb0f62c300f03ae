// SPDX-License-Identifier: MIT
// Memory that the simulated NPU sees: buffer objects at bus addresses.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "npu.h"

namespace accel::devices::ethosu {

/// One GEM object: contiguous memory at a bus address. Command streams are objects too, but cannot be mapped.
class BufferObject {
public:
    BufferObject(uint64_t address, uint64_t size_bytes);
    ~BufferObject();
    BufferObject(const BufferObject &) = delete;
    BufferObject &operator=(const BufferObject &) = delete;

    uint64_t address() const { return address_; }
    uint64_t size_bytes() const { return size_bytes_; }
    uint8_t *memory() const { return memory_; }
    bool valid() const { return memory_ != nullptr; }

    bool mappable = true;
    bool is_stream = false;
    uint32_t used_regions = 0;     ///< of a stream: bit per region it touches
    uint32_t written_regions = 0;  ///< of a stream: bit per region it writes

    // Guarded by the engine's mutex.
    uint32_t pending_jobs = 0;  ///< unfinished jobs that write it
    int error = 0;              ///< negative errno of the latest finished job that wrote it

private:
    uint64_t address_;
    uint64_t size_bytes_;
    uint8_t *memory_;
};

/// Every object of the machine. An access that is not inside one object is a bus error: the model is stricter than silicon, where it would
/// hit somebody's memory.
class Memory final : public Bus {
public:
    /// Null when the host has no memory for it.
    std::shared_ptr<BufferObject> allocate(uint64_t size_bytes);

    bool read(uint64_t address, void *bytes, size_t size_bytes) override;
    bool write(uint64_t address, const void *bytes, size_t size_bytes) override;
    uint8_t *span(uint64_t address, size_t size_bytes) override;

private:
    void forget(uint64_t address);

    std::mutex mutex_;
    std::map<uint64_t, const BufferObject *> objects_;  ///< an object takes itself out before it goes
    std::atomic<uint64_t> next_address_{0x80000000};
};

}  // namespace accel::devices::ethosu
