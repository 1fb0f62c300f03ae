// SPDX-License-Identifier: MIT
// The thread that drives submissions that hardware cannot hold back by itself, and signals exported eventfds. Made on first need, one per instance.
//
// It goes in passes, as nobody else may be waiting for what is held:
//
//   drive each listed queue ─► look at each watch ─► did anything move? ── yes ──► next pass
//        ▲                                             │ no
//        │                                             ├─ a device is at work: wait in it for a slice, 1 ms, or 0.1 ms where there is other work, too
//        └─────────────────────────────────────────────┴─ sleep in ppoll: on the wake descriptor, up to 31 foreign sync_files, the nearest deadline
//
// What is true:
// - A queue is on the list once, with one reference, and leaves it when nothing of it is held for sure. The list is in order of priority. Each queue is counted before the lock opens to drive it.
// - remove() comes back when no pass can have a reference to that queue any more: it waits for the end of the one that is under way (pass_, resting_), unless it is called on this thread.
// - A watch does not count its fence: the fence takes its watches along when it ends (forget), and one whose last reference is gone is skipped (try_ref).
// - Before it sleeps on a fence it has asked that fence to wake it, under the fence's lock. So a change is either seen by the look that follows, or leaves the wake descriptor readable.
// - The lock is not held while a queue is driven, or a fence or a module is waited for. Its place among the others is in queue/core.h.
//
// Not chosen: a thread for each queue, or a timer for each deadline: held work is rare, and one ppoll has room for both. Leaving held work to threads that wait: there need not be one, and a submission has
// to go on all the same. Where the thread cannot be made, that is what is left (QueueCore::hold logs it).
#pragma once

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "instance/holder.h"

namespace accel::runtime {

class HoldThread final : public Holder {
public:
    /// Throws std::bad_alloc, and std::system_error if no thread can be made.
    static std::shared_ptr<HoldThread> make();
    ~HoldThread() override;

    void add(QueueCore &core) override;
    void remove(QueueCore &core) override;
    uint64_t watch(accel_fence *fence, uint64_t value, border::Fd eventfd) override;
    void unwatch(uint64_t name) override;
    void forget(accel_fence *fence) override;
    void wake() override;
    void stop() override;

private:
    struct Watch {
        accel_fence *fence;  ///< not counted: it takes its watches along when it goes
        uint64_t value;
        border::Fd eventfd;
        uint64_t name;
    };
    struct Sleep;

    HoldThread();
    static void *enter(void *self);
    void loop();
    void drive_queues(Sleep &sleep);
    void check_watches(Sleep &sleep);
    static void tell(const border::Fd &eventfd);
    void end_watch(uint64_t name, bool tells);
    void want(accel_fence &fence, uint64_t value, Sleep &sleep);
    void wait_for_work(Sleep &sleep);
    void rest(Sleep &sleep);
    void make_wake_fd();

    std::mutex lock_;
    bool unlist(QueueCore &core);

    std::condition_variable passed_;
    uint64_t pass_ = 0;           ///< number of finished passes over all work
    bool resting_ = true;         ///< between passes, with no reference to any queue
    QueueCore *first_ = nullptr;  ///< queues in order of priority, so that of what waits the higher goes first (Q-14)
    std::vector<Watch> watches_;
    uint64_t watch_count_ = 0;      ///< that were ever made
    std::atomic<int> wake_fd_{-1};  ///< -1 while no descriptor is to be had
    pthread_t thread_{};
    std::atomic<bool> stopping_{false};
};

}  // namespace accel::runtime
