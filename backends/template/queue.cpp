// SPDX-License-Identifier: MIT
#include "queue.h"

#include <chrono>
#include <new>
#include <system_error>

#include "device.h"
#include "program.h"

accel_bk_queue::accel_bk_queue(uint32_t depth) : ring_(depth), thread_([this] { work(); }) {}

accel_bk_queue::~accel_bk_queue()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    submitted_.notify_all();
    thread_.join();
}

accel_status accel_bk_queue::submit(const accel_bk_run *run, uint64_t *out_ticket)
{
    {
        const std::lock_guard lock(mutex_);
        if (submitted_ticket_ - finished_ticket_ == ring_.size()) return ACCEL_STATUS_BUSY;
        *out_ticket = ++submitted_ticket_;
        slot(submitted_ticket_) = {run, ACCEL_STATUS_OK, false};
    }
    submitted_.notify_one();
    return ACCEL_STATUS_OK;
}

accel_status accel_bk_queue::wait(uint64_t ticket, uint64_t timeout_ns)
{
    std::unique_lock lock(mutex_);
    const auto over = [&] { return finished_ticket_ >= ticket; };
    // A day at a time, so that far deadlines cannot overflow the clock.
    constexpr uint64_t kDayNs = 86'400'000'000'000;
    while (!over() && timeout_ns > 0) {
        const uint64_t part = timeout_ns < kDayNs ? timeout_ns : kDayNs;
        finished_.wait_for(lock, std::chrono::nanoseconds(part), over);
        if (timeout_ns != ACCEL_TIMEOUT_FOREVER) timeout_ns -= part;
    }
    return over() ? slot(ticket).status : ACCEL_STATUS_TIMEOUT;
}

void accel_bk_queue::cancel(uint64_t ticket)
{
    const std::lock_guard lock(mutex_);
    for (uint64_t next = finished_ticket_ + 1; next <= submitted_ticket_; ++next)
        if (ticket == 0 || ticket == next) slot(next).cancelled = true;
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

namespace accel::template_room {

accel_status queue_create(accel_bk_device *, const accel_bk_queue_desc *desc, accel_bk_queue **out_queue)
try {
    // >>> queue_create
    *out_queue = nullptr;
    *out_queue = new accel_bk_queue(desc->depth);
    return ACCEL_STATUS_OK;
    // <<<
} catch (const std::bad_alloc &) {
    return ACCEL_STATUS_OUT_OF_MEMORY;
} catch (const std::system_error &) {
    return ACCEL_STATUS_RESOURCE;
}

void queue_destroy(accel_bk_queue *queue) { delete queue; }

accel_status queue_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out_ticket)
{
    // >>> queue_submit
    return queue->submit(submit->run, out_ticket);
    // <<<
}

accel_status queue_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    // >>> queue_wait
    return queue->wait(ticket, timeout_ns);
    // <<<
}

accel_status queue_cancel(accel_bk_queue *queue, uint64_t ticket)
{
    // >>> queue_cancel
    queue->cancel(ticket);
    return ACCEL_STATUS_OK;
    // <<<
}

}  // namespace accel::template_room
