// SPDX-License-Identifier: MIT
// Points that are promised, reached or fail, and who is told.
#include "fence.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/check.h"
#include "base/status.h"
#include "device/transport_kernel.h"
#include "instance/holder.h"

using namespace accel::runtime;

accel_fence::accel_fence(accel_instance *instance, uint64_t initial_value, uint32_t export_kinds)
    : Object(ObjectType::Fence),
      instance_(instance),
      export_kinds_(export_kinds),
      reached_(initial_value),
      promised_(initial_value)
{
}

accel_fence::~accel_fence()
{
    if (Holder *thread = watched_.load() ? instance_->hold_thread_if_made() : nullptr)
        thread->forget(this);
}

/// May the value be signalled? Called with the lock.
accel_status accel_fence::check_rises(uint64_t value) const
{
    if (const uint64_t failed = failed_value_.load(std::memory_order_relaxed); failed <= value)
        return fail(static_cast<accel_status>(failure_.load(std::memory_order_relaxed)), "F-3", this,
                    "the timeline has failed at value %llu, and could not tell what value %llu ends with; go on with a new fence", static_cast<unsigned long long>(failed),
                    static_cast<unsigned long long>(value));
    if (value <= promised_)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "F-5", this, "value %llu is to be signalled, but %llu is reached or promised already; values rise",
                    static_cast<unsigned long long>(value), static_cast<unsigned long long>(promised_));
    return ACCEL_STATUS_OK;
}

accel_status accel_fence::promise(Point &point)
{
    const std::lock_guard guard(lock_);
    ACCEL_TRY(check_rises(point.value));
    point.fence = this;
    point.reach_value = point.value;
    point.previous = last_;
    point.next = nullptr;
    (last_ ? last_->next : first_) = &point;
    last_ = &point;
    promised_ = point.value;
    changed_locked();
    return ACCEL_STATUS_OK;
}

void accel_fence::unlink(Point &point)
{
    (point.previous ? point.previous->next : first_) = point.next;
    (point.next ? point.next->previous : last_) = point.previous;
}

void accel_fence::withdraw(Point &point)
{
    const std::lock_guard guard(lock_);
    // Meanwhile others may have reached higher values through this point: those wait for what is before it now.
    if (point.reach_value > point.value && point.previous)
        point.previous->reach_value = point.reach_value;
    else if (point.reach_value > point.value)
        reach_locked(point.reach_value);
    // Promised values between the one before and this one are free again if nobody promised a later one.
    if (last_ == &point)
        promised_ = point.previous ? point.previous->reach_value : reached_.load(std::memory_order_relaxed);
    unlink(point);
    changed_locked();
}

void accel_fence::complete(Point &point, accel_status status, const char *detail)
{
    const std::lock_guard guard(lock_);
    Point *before = point.previous;
    unlink(point);
    if (status != ACCEL_STATUS_OK)
        fail_locked(point.value, before, status, detail);
    else if (before)
        before->reach_value = std::max(before->reach_value, point.reach_value);
    else
        reach_locked(point.reach_value);
    changed_locked();
}

void accel_fence::reach_locked(uint64_t value)
{
    const uint64_t failed = failed_value_.load(std::memory_order_relaxed);
    value = std::min(value, failed == kNoValue ? value : failed - 1);
    if (value > reached_.load(std::memory_order_relaxed))
        reached_.store(value, std::memory_order_release);
}

/// Values rise, so those between what stands before the value and the value itself were to be reached with it, by nobody else: they fail, too.
void accel_fence::fail_locked(uint64_t value, const Point *before, accel_status reason, const char *detail)
{
    value = std::min(value, (before ? before->reach_value : reached_.load(std::memory_order_relaxed)) + 1);
    if (failed_value_.load(std::memory_order_relaxed) == kNoValue) {
        snprintf(failure_detail_, sizeof failure_detail_, "%s", detail);
        failure_.store(reason, std::memory_order_relaxed);
    }
    if (value < failed_value_.load(std::memory_order_relaxed))
        failed_value_.store(value, std::memory_order_release);
}

void accel_fence::changed_locked()
{
    for (Waiter *waiter = waiters_; waiter; waiter = waiter->next)
        waiter->parker->wake();
    if (Holder *thread = wakes_hold_thread_ ? instance_->hold_thread_if_made() : nullptr)
        thread->wake();
}

accel_status accel_fence::signal(uint64_t value)
{
    const std::lock_guard guard(lock_);
    ACCEL_TRY(check_rises(value));
    promised_ = value;
    if (last_)
        last_->reach_value = value;
    else
        reach_locked(value);
    changed_locked();
    return ACCEL_STATUS_OK;
}

accel_status accel_fence::fail_value(uint64_t value, accel_status reason)
{
    if (!is_known(reason) || reason == ACCEL_STATUS_OK || accel_status_is_transient(reason))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "F-9", this, "reason is %s (%d), expected a status that is neither OK nor transient",
                    accel_status_name(reason), static_cast<int>(reason));
    const std::lock_guard guard(lock_);
    if (value <= reached_.load(std::memory_order_relaxed))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "F-5", this, "value %llu is reached already", static_cast<unsigned long long>(value));
    const Point *before = last_;
    while (before && before->value >= value)
        before = before->previous;
    fail_locked(value, before, reason, "the CPU failed it");
    promised_ = std::max(promised_, value);
    changed_locked();
    return ACCEL_STATUS_OK;
}

uint64_t accel_fence::promised()
{
    const std::lock_guard guard(lock_);
    return promised_;
}

FenceBlocker accel_fence::blocker(uint64_t value)
{
    const std::lock_guard guard(lock_);
    FenceBlocker result;
    if (state(value) != ACCEL_STATUS_NOT_READY)
        return result;
    if (sync_file_.valid() && state(1) == ACCEL_STATUS_NOT_READY) {
        result.kind = FenceBlocker::Kind::Descriptor;
        result.fd = sync_file_.get();
        return result;
    }
    if (!first_) {
        // No work stands in front of it: the CPU signals, or a submission to come.
        result.kind = FenceBlocker::Kind::Host;
        return result;
    }
    // Work in front of the value has to end, whether the value itself is promised or not: it may fail, and with it all that is higher. Queues end in
    // order, so the last submission of the first one's queue stands for those before.
    const Point *last = first_;
    while (last->reach_value < value && last->next && last->next->worker == first_->worker)
        last = last->next;
    stand_for(*last, result);
    return result;
}

void accel_fence::stand_for(const Point &point, FenceBlocker &result) const
{
    result.kind = FenceBlocker::Kind::Submission;
    result.worker = point.worker;
    result.worker->ref();
    result.sequence = point.sequence;
}

FenceBlocker accel_fence::sole_work(uint64_t value, bool *out_mixed)
{
    const std::lock_guard guard(lock_);
    FenceBlocker result;
    *out_mixed = false;
    if (!first_ || state(value) != ACCEL_STATUS_NOT_READY)
        return result;
    const Point *last = first_;
    for (; last->reach_value < value && last->next; last = last->next)
        *out_mixed |= last->next->worker != first_->worker;
    if (!*out_mixed && last->value <= value && last->reach_value >= value)
        stand_for(*last, result);
    return result;
}

bool accel_fence::follows(uint64_t value, const Worker &worker, uint64_t sequence)
{
    const std::lock_guard guard(lock_);
    for (const Point *point = first_; point && point->value <= value; point = point->next)
        if (point->worker == &worker && point->sequence >= sequence)
            return true;
    return false;
}

void accel_fence::add_waiter(Waiter &waiter)
{
    const std::lock_guard guard(lock_);
    waiter.previous = nullptr;
    waiter.next = waiters_;
    if (waiters_)
        waiters_->previous = &waiter;
    waiters_ = &waiter;
}

void accel_fence::remove_waiter(Waiter &waiter)
{
    const std::lock_guard guard(lock_);
    (waiter.previous ? waiter.previous->next : waiters_) = waiter.next;
    if (waiter.next)
        waiter.next->previous = waiter.previous;
}

// Under the lock that every change is made under: a change is either seen by whoever asks for the wake, or wakes.
void accel_fence::wake_hold_thread()
{
    const std::lock_guard guard(lock_);
    wakes_hold_thread_ = true;
}

bool accel_fence::wants_sync_file(accel_status status)
{
    if (!(export_kinds_ & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE)))
        return false;
    const std::lock_guard guard(lock_);
    return !(status == ACCEL_STATUS_OK ? signalled_file_ : failed_file_).valid();
}

void accel_fence::keep_sync_file(accel::border::Fd fd, accel_status status)
{
    const std::lock_guard guard(lock_);
    accel::border::Fd &kept = status == ACCEL_STATUS_OK ? signalled_file_ : failed_file_;
    if (!kept.valid())
        kept = std::move(fd);
}

void accel_fence::look_at_sync_file()
{
    const int result = wait_sync_file(sync_file_.get(), 0);
    if (result == -ETIME)
        return;
    const std::lock_guard guard(lock_);
    if (result == 0)
        reach_locked(1);
    else
        fail_locked(1, nullptr, job_status_from_errno(result), "the foreign fence carries an error");
    changed_locked();
}

void accel_fence::progress(uint64_t value)
{
    for (;;) {
        const uint64_t reached_before = reached();
        const FenceBlocker block = blocker(value);
        if (block.kind == FenceBlocker::Kind::Descriptor)
            look_at_sync_file();
        if (block.kind != FenceBlocker::Kind::Submission)
            return;
        block.worker->poll();
        block.worker->unref();
        if (state(value) != ACCEL_STATUS_NOT_READY || reached() == reached_before)
            return;
    }
}
