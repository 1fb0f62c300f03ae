// SPDX-License-Identifier: MIT
//
// Runs one job at a time beside the thread that watches the registers, with the fault that was ordered for it.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <condition_variable>
#include <optional>
#include <thread>

#include "control_page.h"
#include "npu.h"

namespace accel::lane {

struct Order {
    Fault fault = Fault::None;
    uint32_t argument = 0;
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
    ModelRunner(devices::ethosu::Bus &bus, std::atomic_ref<uint32_t> gate);
    ~ModelRunner() override;

    void start(const devices::ethosu::Job &job, Order order) override;
    std::optional<devices::ethosu::Result> collect() override;
    void reset() override;
    uint32_t read_offset_bytes() const override { return progress_.load(std::memory_order_relaxed); }

private:
    void work();
    devices::ethosu::Result run_one();
    void crawl();
    template <typename Condition> void wait_for(Condition condition);

    devices::ethosu::Npu npu_;
    std::atomic_ref<uint32_t> gate_;
    std::atomic<bool> abort_{false};
    std::atomic<uint32_t> progress_{0};

    std::mutex mutex_;
    std::condition_variable changed_;
    enum class State { Idle, Wanted, Running, Done, Quit } state_ = State::Idle;
    devices::ethosu::Job job_;
    Order order_;
    devices::ethosu::Result result_;
    std::thread thread_;
};

}  // namespace accel::lane
