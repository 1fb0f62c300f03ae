// SPDX-License-Identifier: MIT
// The order of submissions that use the same memory: those of one queue follow each other anyway, on another queue one has to wait for the latest.
#pragma once

#include <accel/fence.h>

#include <cstdint>
#include <mutex>
#include <span>

namespace accel::runtime {

class Worker;

/// The place of a submission that is in flight. Lives in its run.
struct Turn {
    Worker *worker = nullptr;  ///< null while there is none
    uint64_t sequence = 0;     ///< of the submission in its queue
    Turn *older = nullptr, *newer = nullptr;
};

/// Allocates nothing. Locked behind a queue's lock, and before that of a fence.
class Turns {
public:
    /// Before a submission to this queue: do others know that theirs have ended? Not under a queue's lock.
    void look(const Worker &worker) { look_at_all_but(&worker); }
    /// Has every turn been given back, also after looking? Not under a queue's lock.
    bool idle();
    /// The next turn, for submission number `sequence` of the queue. False: work that is in flight on another queue may overlap it, as no wait is for a value that is
    /// reached after the latest. So each turn comes after all that were taken before it, or its submission fails with its wait.
    bool take(Turn &turn, Worker &worker, uint64_t sequence, std::span<const accel_fence_point> waits);
    /// The submission is over, or there was none.
    void give_back(Turn &turn);

private:
    bool only_of(const Worker &worker) const;
    void look_at_all_but(const Worker *worker);

    std::mutex lock_;
    Turn *latest_ = nullptr;
};

}  // namespace accel::runtime
