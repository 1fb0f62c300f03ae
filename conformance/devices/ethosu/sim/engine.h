// SPDX-License-Identifier: MIT
// The simulated NPU's hardware queue: one job after the other on a thread.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>

#include "buffer_object.h"

namespace accel::devices::ethosu {

struct EngineJob {
    std::shared_ptr<BufferObject> stream;
    std::array<std::shared_ptr<BufferObject>, 8> regions;
};

class Engine {
public:
    /// before_job is asked before each job: 0, or the negative errno that the job shall end with instead of running. clock_ahead: what the machine's clock shows
    /// more than this process' CLOCK_MONOTONIC, for one that is played somewhere else.
    explicit Engine(std::function<int()> before_job, std::chrono::nanoseconds clock_ahead = std::chrono::nanoseconds(0));
    ~Engine();

    Memory &memory() { return memory_; }
    void submit(EngineJob job);
    /// Waits until no job that writes the object is left. deadline_ns on the machine's clock, 0 only looks, the largest number never comes. 0, -ETIME, or the error of its latest job.
    int wait(BufferObject &object, int64_t deadline_ns);

private:
    void work();
    int execute(const EngineJob &job);

    std::function<int()> before_job_;
    const std::chrono::nanoseconds clock_ahead_;
    Memory memory_;
    Npu npu_{memory_};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<EngineJob> queue_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace accel::devices::ethosu
