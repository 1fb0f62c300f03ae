// SPDX-License-Identifier: MIT
// Fences: timelines whose values are reached by submissions, by the CPU, or by a foreign fence, and that can fail.
//
//   reached 3 ──── 5: queue A, submission 7 ──── 6: queue B, submission 2 ──── 9: queue A, submission 8 ──►  promised 9
//                  └ points, in the order of their values
//
// A fence pushes nothing and is pushed by nobody: it holds who will reach its values, and asks them when it is asked (progress). So a fence needs no thread, and an inference that one thread waits for costs no other.
//
// What is true:
// - A value is reached with all before it (F-7). A submission that ends before an earlier value's gives what it reaches to the point in front of it (reach_value), and so does a signal of the CPU.
// - Values of points rise, and nothing at or below promised_ is promised again (F-5). A promise that was not submitted is withdrawn, and those that were reached through it are reached through the point in front.
// - Failure stays: from the lowest failed value on, all that is not reached has the first status and its detail (F-3).
// - state() is two loads, without the lock. failure_detail_ is written once, before failed_value_ is published.
// - Every change happens under the lock and wakes those who wait for any value, and the hold thread where it asked for that. A waiter looks again after it has registered, so nothing is slept through.
// - The lock is an inner one (queue/core.h): no queue and no module is called beneath it.
//
// Not chosen: completions that a device's thread pushes into fences. The one primitive of all devices is a wait for a ticket with a deadline (docs/fit-sheet.md); pushing needs a thread per queue that is always in it.
#pragma once

#include <accel/accel.h>
#include <accel/border/fd.h>

#include <atomic>
#include <mutex>

#include "base/object.h"
#include "base/parker.h"
#include "instance/instance.h"
#include "worker.h"

namespace accel::runtime {

/// A value that a submission has promised. Lives in the submission's slot and in its fence's list until it is reached or failed.
struct Point {
    accel_fence *fence = nullptr;
    uint64_t value = 0;
    uint64_t reach_value = 0;  ///< what is reached with it: its own value, or later ones that were done before it
    Worker *worker = nullptr;
    uint64_t sequence = 0;  ///< of the submission in its queue
    Point *previous = nullptr;
    Point *next = nullptr;
};

/// A thread that wants to hear of every change of a fence.
struct Waiter {
    Parker *parker = nullptr;
    Waiter *previous = nullptr;
    Waiter *next = nullptr;
};

/// What has to happen before a value can be reached.
struct FenceBlocker {
    enum class Kind { None,
                      Submission,
                      Descriptor,
                      Host } kind = Kind::None;
    Worker *worker = nullptr;  ///< one counted reference, with Submission
    uint64_t sequence = 0;
    int fd = -1;  ///< the fence's own, with Descriptor
};

}  // namespace accel::runtime

struct accel_fence : accel::runtime::Object {
    /// Values are below it (F-5); as one that failed it stands for "none has".
    static constexpr uint64_t kNoValue = UINT64_MAX;

    accel_fence(accel_instance *instance, uint64_t initial_value, uint32_t export_kinds);
    ~accel_fence() override;

    accel_instance *instance() const { return instance_.get(); }
    uint32_t export_kinds() const { return export_kinds_; }
    uint64_t reached() const { return reached_.load(std::memory_order_acquire); }

    /// OK, NOT_READY, or what the value failed with, as far as it is known now. Lock-free; sets no error detail.
    accel_status state(uint64_t value) const
    {
        if (reached_.load(std::memory_order_acquire) >= value)
            return ACCEL_STATUS_OK;
        if (failed_value_.load(std::memory_order_acquire) <= value)
            return static_cast<accel_status>(failure_.load(std::memory_order_relaxed));
        return ACCEL_STATUS_NOT_READY;
    }
    /// Look whether submissions or the foreign fence behind values up to this one have ended.
    void progress(uint64_t value);

    /// Reserve a value for a submission. Sets the error detail.
    accel_status promise(accel::runtime::Point &point);
    /// Take a promise back that was never submitted.
    void withdraw(accel::runtime::Point &point);
    /// The submission behind a point has ended; detail says more about a failure, "" if there is nothing to say.
    void complete(accel::runtime::Point &point, accel_status status, const char *detail);
    /// What is known about the failure beside its status; "" if nothing.
    const char *failure_detail() const { return failure_detail_; }
    /// Keep a sync_file of ended work, for later exports; takes the fd over.
    void keep_sync_file(accel::border::Fd fd, accel_status status);
    bool wants_sync_file(accel_status status);
    accel_status signal(uint64_t value);
    accel_status fail_value(uint64_t value, accel_status reason);

    /// Highest value that is reached or promised.
    uint64_t promised();
    /// What has to end or happen next before the value can be reached.
    accel::runtime::FenceBlocker blocker(uint64_t value);
    /// The one submission whose end is the value's, if there is one: kind Submission, else None. *out_mixed: work of several queues stands in front of it.
    accel::runtime::FenceBlocker sole_work(uint64_t value, bool *out_mixed);
    /// Is the value reached only when a submission of the queue, that one or a later one, has ended?
    bool follows(uint64_t value, const accel::runtime::Worker &worker, uint64_t sequence);
    void add_waiter(accel::runtime::Waiter &waiter);
    void remove_waiter(accel::runtime::Waiter &waiter);
    /// From now on every change wakes the instance's hold thread.
    void wake_hold_thread();
    /// The hold thread keeps a watch on it.
    void set_watched() { watched_.store(true, std::memory_order_relaxed); }

    /// Becomes a fence of a foreign sync_file; takes the fd over.
    void adopt_sync_file(accel::border::Fd fd) { sync_file_ = std::move(fd); }
    /// The foreign sync_file behind a value, -1 if there is none. It stays the fence's.
    int foreign_fd(uint64_t value) const { return value <= 1 ? sync_file_.get() : -1; }
    accel_status export_fd(uint64_t value, accel_handle_kind kind, int *out_fd);

private:
    void unlink(accel::runtime::Point &point);
    void stand_for(const accel::runtime::Point &point, accel::runtime::FenceBlocker &result) const;
    accel_status check_rises(uint64_t value) const;
    void fail_locked(uint64_t value, const accel::runtime::Point *before, accel_status reason, const char *detail);
    void reach_locked(uint64_t value);
    void changed_locked();
    void look_at_sync_file();
    accel_status export_eventfd(uint64_t value, int *out_fd);
    accel_status export_sync_file(uint64_t value, int *out_fd);

    accel::runtime::Ref<accel_instance> instance_;
    const uint32_t export_kinds_;
    accel::border::Fd sync_file_;
    std::atomic<uint64_t> reached_;
    std::atomic<uint64_t> failed_value_{kNoValue};
    std::atomic<uint32_t> failure_{ACCEL_STATUS_OK};
    char failure_detail_[256] = "";  ///< written once, before failed_value_
    std::mutex lock_;                ///< guards what follows, and every change of what precedes
    uint64_t promised_;
    accel::runtime::Point *first_ = nullptr;
    accel::runtime::Point *last_ = nullptr;
    accel::runtime::Waiter *waiters_ = nullptr;
    bool wakes_hold_thread_ = false;
    std::atomic<bool> watched_{false};
    accel::border::Fd signalled_file_;  ///< a sync_file of work that has ended well: good for every reached value
    accel::border::Fd failed_file_;     ///< one of the work that failed first
};

namespace accel::runtime {

/// Is this a value (F-5)? name: of the argument.
accel_status check_value(uint64_t value, const char *name, const accel_fence *fence);

/// Wait for all or any of several points, helping with their work. Answers OK, TIMEOUT, or the failure of point *out_index. Sets no error detail.
accel_status wait_points(const accel_fence_point *points, uint32_t count, bool any, uint64_t deadline_ns, uint32_t *out_index);
/// The same without executing anything: the host thread does the work. Throws what making that thread throws.
accel_status wait_points_idle(const accel_fence_point *points, uint32_t count, bool any, uint64_t deadline_ns, uint32_t *out_index);

/// Do what brings a value nearer for at most until the deadline: wait for its submission, its descriptor or a change.
void block_on(accel_fence &fence, uint64_t value, uint64_t deadline_ns);

}  // namespace accel::runtime
