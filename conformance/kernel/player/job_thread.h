// SPDX-License-Identifier: MIT
//
// Runs one job at a time beside the thread that watches the registers, with the fault that was ordered for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "control_page.h"

namespace accel::lane {

struct Order {
    Fault fault = Fault::None;
    uint32_t argument = 0;
};

/// How a job came to its end.
enum class Ending { Worked,      ///< its work returned, with whatever that made
                    BusError,    ///< ordered; nothing was done
                    ParseError,  ///< the same
                    Aborted };   ///< by a reset, before its work began

class JobThread {
public:
    /// Must return soon once `abort` is true. `progress` is shown to the driver.
    using Work = std::function<void(const std::atomic<bool> &abort, std::atomic<uint32_t> &progress)>;

    /// `gate` is the word that releases a job kept by Fault::Hold.
    explicit JobThread(std::atomic_ref<uint32_t> gate);
    ~JobThread();
    JobThread(const JobThread &) = delete;
    JobThread &operator=(const JobThread &) = delete;

    /// Begins a job; the one before must have been collected or reset. A job that crawls shows progress below `progress_end`, in steps of 4.
    void start(Order order, uint32_t progress_end, Work work);
    /// The ending, once, when the job has stopped.
    std::optional<Ending> collect();
    /// Stops the job, if one runs, and forgets it.
    void reset();
    uint32_t progress() const { return progress_.load(std::memory_order_relaxed); }

private:
    void work();
    Ending run_one();
    void crawl();
    template <typename Condition> void wait_for(Condition condition);

    std::atomic_ref<uint32_t> gate_;
    std::atomic<bool> abort_{false};
    std::atomic<uint32_t> progress_{0};

    std::mutex mutex_;  // guards what follows
    std::condition_variable changed_;
    enum class State { Idle,
                       Wanted,
                       Running,
                       Done,
                       Quit } state_ = State::Idle;
    Order order_;
    uint32_t progress_end_ = 0;
    Work work_;
    Ending ending_ = Ending::Worked;
    std::thread thread_;
};

}  // namespace accel::lane
