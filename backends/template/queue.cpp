// SPDX-License-Identifier: MIT
// Takes submissions into the ring, works them off on one thread, and waits for them.
#include "queue.h"

#include <module/signals.h>

#include <chrono>

#include "device.h"
#include "program.h"

accel_status accel_bk_device::create_queue(const accel_bk_queue_desc &desc, std::unique_ptr<accel_bk_queue> &out)
{
    // >>> queue_create
    out = std::make_unique<accel_bk_queue>(desc.depth);
    return ACCEL_STATUS_OK;
    // <<<
}

accel_bk_queue::accel_bk_queue(uint32_t depth) : ring_(depth)
{
    const accel::module::SignalsBlocked blocked;
    thread_ = std::thread([this] { work(); });
}

accel_bk_queue::~accel_bk_queue()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    submitted_.notify_all();
    thread_.join();
}

accel_status accel_bk_queue::submit(const accel_bk_submit &submit, uint64_t &ticket)
{
    // >>> queue_submit
    {
        const std::lock_guard lock(mutex_);
        if (submitted_ticket_ - finished_ticket_ == ring_.size()) return ACCEL_STATUS_BUSY;
        ticket = ++submitted_ticket_;
        slot(ticket) = {submit.run, ACCEL_STATUS_OK, false};
    }
    submitted_.notify_one();
    return ACCEL_STATUS_OK;
    // <<<
}

accel_status accel_bk_queue::wait(uint64_t ticket, uint64_t timeout_ns)
{
    // >>> queue_wait
    std::unique_lock lock(mutex_);
    const auto over = [&] { return finished_ticket_ >= ticket; };
    constexpr uint64_t kDayNs = 86'400'000'000'000;  // at a time, so that far deadlines cannot overflow the clock
    while (!over() && timeout_ns > 0) {
        const uint64_t part = timeout_ns < kDayNs ? timeout_ns : kDayNs;
        finished_.wait_for(lock, std::chrono::nanoseconds(part), over);
        if (timeout_ns != ACCEL_TIMEOUT_FOREVER) timeout_ns -= part;
    }
    return over() ? slot(ticket).status : ACCEL_STATUS_TIMEOUT;
    // <<<
}

accel_status accel_bk_queue::cancel(uint64_t ticket)
{
    // >>> queue_cancel
    const std::lock_guard lock(mutex_);
    for (uint64_t next = finished_ticket_ + 1; next <= submitted_ticket_; ++next)
        if (ticket == 0 || ticket == next) slot(next).cancelled = true;
    return ACCEL_STATUS_OK;
    // <<<
}

void accel_bk_queue::work()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        submitted_.wait(lock, [&] { return stopping_ || finished_ticket_ < submitted_ticket_; });
        if (finished_ticket_ == submitted_ticket_) return;
        const uint64_t ticket = finished_ticket_ + 1;
        if (slot(ticket).cancelled) {
            slot(ticket).status = ACCEL_STATUS_CANCELLED;
        } else {
            const accel_bk_run *run = slot(ticket).run;
            lock.unlock();
            run->execute();
            lock.lock();
        }
        finished_ticket_ = ticket;
        finished_.notify_all();
    }
}
