// SPDX-License-Identifier: MIT
//
// Jobs of the NPU: streams that the functional model executes, and the results of the faults that were ordered for them.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "guest_memory.h"
#include "job_thread.h"
#include "npu.h"

namespace accel::lane {

/// The AXI ports of the NPU.
class NpuBus final : public devices::ethosu::Bus {
public:
    explicit NpuBus(GuestBus &bus) : bus_(bus) {}

    bool read(uint64_t address, void *bytes, size_t size_bytes) override { return bus_.read(address, bytes, size_bytes); }
    bool write(uint64_t address, const void *bytes, size_t size_bytes) override { return bus_.write(address, bytes, size_bytes); }
    uint8_t *span(uint64_t address, size_t size_bytes) override { return bus_.span(address, size_bytes); }

private:
    GuestBus &bus_;
};

class JobRunner {
public:
    virtual ~JobRunner() = default;

    /// Begins a job. The previous one must have been collected or aborted.
    virtual void start(const devices::ethosu::Job &job, Order order) = 0;

    /// The result, once, when the job has stopped.
    virtual std::optional<devices::ethosu::Result> collect() = 0;

    /// Stops the job, if one runs, and forgets it; clears the NPU's own memory.
    virtual void reset() = 0;

    /// QREAD of the job that runs.
    virtual uint32_t read_offset_bytes() const = 0;
};

/// The runner that executes streams on the functional model.
class ModelRunner final : public JobRunner {
public:
    /// `gate` is the word that releases a job kept by Fault::Hold.
    ModelRunner(devices::ethosu::Bus &bus, std::atomic_ref<uint32_t> gate) : npu_(bus),
                                                                             thread_(gate) {}

    void start(const devices::ethosu::Job &job, Order order) override;
    std::optional<devices::ethosu::Result> collect() override;
    void reset() override;
    uint32_t read_offset_bytes() const override { return thread_.progress(); }

private:
    devices::ethosu::Npu npu_;
    devices::ethosu::Result result_;  // the thread's while a job runs
    JobThread thread_;
};

}  // namespace accel::lane
