// SPDX-License-Identifier: MIT
// The ring of submissions, the right to execute, and who sleeps or spins for what.
#include "queue.h"

#include "host.h"
#include "one_thread.h"
#include "spin.h"
#include "thread.h"

#include <algorithm>
#include <bit>
#include <cstring>

using namespace accel::cpu;

namespace {

// Waking a sleeping core costs 30 to 50 us, so spinning about as long never loses more than twofold.
constexpr uint64_t kSpinNs = 40000;
constexpr uint32_t kPollsPerLook = 64;  // between looks at the clock
constexpr uint64_t kNapNs = 500000;     // half a percent of a core
constexpr uint64_t kExecutionsPerTiming = 16;

// Of the worker, also what it sleeps on.
constexpr uint32_t kAwake = 0, kNaps = 1, kSleeps = 2;

}  // namespace

accel_bk_queue::accel_bk_queue(uint32_t depth) : depth_(std::max<uint32_t>(depth, 1))
{
    const uint64_t slots = std::bit_ceil(depth_);
    mask_ = slots - 1;
    slots_ = std::make_unique<Slot[]>(slots);
}

accel_bk_queue::~accel_bk_queue()
{
    if (!started_)
        return;
    stop_.store(true);
    wake_worker();
    pthread_join(thread_, nullptr);
}

bool accel_bk_queue::start()
{
    return started_ = start_thread(thread_, "accel-cpu", work, this);
}

accel_status accel_bk_queue::submit(accel_bk_run *run, uint64_t &out_ticket)
{
    const uint64_t ticket = submitted_.load(std::memory_order_relaxed) + 1;
    if (ticket - finished_.load(std::memory_order_acquire) > depth_)
        return fail(ACCEL_STATUS_BUSY, "", "%llu submissions are in flight already", static_cast<unsigned long long>(depth_));
    Slot &taken = slot(ticket);
    taken.run = run;
    taken.status.store(ACCEL_STATUS_OK, std::memory_order_relaxed);
    submitted_.store(ticket);
    if (worker_.load() == kSleeps)
        wake_worker();
    out_ticket = ticket;
    return ACCEL_STATUS_OK;
}

void accel_bk_queue::wake_worker()
{
    worker_.store(kAwake);
    futex_wake(worker_, 1);
}

// Takes the execution right, and with it the next ticket. False: someone else has it, there is nothing to do, or it is not for this thread.
bool accel_bk_queue::execute_next(uint64_t deadline_ns, bool *out_not_mine)
{
    if (!pending() || executing_.exchange(1) != 0)
        return false;
    const uint64_t ticket = finished_.load(std::memory_order_relaxed) + 1;
    if (ticket > submitted_.load()) {
        executing_.store(0);
        return false;
    }
    accel_status status = ACCEL_STATUS_CANCELLED;
    if (ticket > cancelled_.load() && slot(ticket).cancelled.load() != ticket) {
        accel_bk_run &run = *slot(ticket).run;
        if (too_long(run, deadline_ns)) {
            give_right_back();
            *out_not_mine = true;
            return false;
        }
        status = execute(run, ticket);
        if (status != ACCEL_STATUS_OK)
            std::memcpy(slot(ticket).failure, run.failure, sizeof run.failure);
    }
    finish(ticket, status);
    return true;
}

// Two looks at the clock cost as much as a tiny program, so most executions go without.
accel_status accel_bk_queue::execute(accel_bk_run &run, uint64_t ticket)
{
    if (run.expected_ns != UINT64_MAX && ticket % kExecutionsPerTiming != 0)
        return run.execute();
    const uint64_t begin = now_ns();
    const accel_status status = run.execute();
    run.expected_ns = now_ns() - begin;
    return status;
}

void accel_bk_queue::finish(uint64_t ticket, accel_status status)
{
    slot(ticket).status.store(status, std::memory_order_relaxed);
    // The ticket shows as finished before the right is given up, so that nobody takes it twice.
    finished_.store(ticket);
    executing_.store(0);
    finished_word_.fetch_add(1);
    if (sleepers_.load() != 0)
        futex_wake(finished_word_, INT32_MAX);
}

// A thread with little time left does not start work that may take longer: neither what took long before nor what never ran.
bool accel_bk_queue::too_long(const accel_bk_run &run, uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX)
        return false;
    const uint64_t now = now_ns();
    return now >= deadline_ns || run.expected_ns > (deadline_ns - now) / 4;
}

// The worker may rest because this thread seemed to execute.
void accel_bk_queue::give_right_back()
{
    executing_.store(0);
    if (worker_.load() != kAwake)
        wake_worker();
}

accel_status accel_bk_queue::wait(uint64_t ticket, uint64_t timeout_ns)
{
    if (finished_.load(std::memory_order_acquire) < ticket) {
        if (timeout_ns == 0)
            return ACCEL_STATUS_TIMEOUT;
        uint64_t deadline = UINT64_MAX;
        if (timeout_ns != ACCEL_TIMEOUT_FOREVER) {
            const uint64_t now = now_ns();
            deadline = timeout_ns > UINT64_MAX - now ? UINT64_MAX : now + timeout_ns;
        }
        wait_finished(ticket, deadline);
        if (pending() && worker_.load() != kAwake)  // this thread may have been the one that executes
            wake_worker();
        if (finished_.load(std::memory_order_acquire) < ticket)
            return ACCEL_STATUS_TIMEOUT;
    }
    const auto status = static_cast<accel_status>(slot(ticket).status.load(std::memory_order_acquire));
    return status == ACCEL_STATUS_JOB_FAILED || status == ACCEL_STATUS_OUT_OF_MEMORY ? fail(status, "", "%s", slot(ticket).failure) : status;
}

void accel_bk_queue::wait_finished(uint64_t ticket, uint64_t deadline_ns)
{
    Spin spin(kSpinNs, kPollsPerLook);
    bool helps = true, not_mine = false;
    while (finished_.load(std::memory_order_acquire) < ticket) {
        if (helps && execute_next(deadline_ns, &not_mine)) {
            spin.restart();
            continue;
        }
        helps = helps && !not_mine;
        const bool sleeps = spin.is_over();
        if (spin.looked_ns() >= deadline_ns)
            return;
        if (!sleeps)
            continue;
        sleepers_.fetch_add(1);
        const uint32_t word = finished_word_.load();
        if (finished_.load() < ticket && (!helps || executing_.load() != 0 || !pending()))
            futex_wait(finished_word_, word, deadline_ns);
        sleepers_.fetch_sub(1);
        spin.restart();
    }
}

namespace {

// Of two threads that cancel, the later ticket stays.
void raise(std::atomic<uint64_t> &to, uint64_t ticket)
{
    uint64_t before = to.load();
    while (before < ticket && !to.compare_exchange_weak(before, ticket)) {
    }
}

}  // namespace

void accel_bk_queue::cancel(uint64_t ticket)
{
    const uint64_t latest = submitted_.load();
    if (ticket == 0)
        raise(cancelled_, latest);
    else if (ticket <= latest)
        raise(slot(ticket).cancelled, ticket);
}

void *accel_bk_queue::work(void *queue)
{
    static_cast<accel_bk_queue *>(queue)->worker_loop();
    return nullptr;
}

void accel_bk_queue::worker_loop()
{
    settle_heap();
    const OneThread within_libraries;  // once, not with every run
    Spin spin(kSpinNs, kPollsPerLook);
    uint64_t seen = 0;  // what had finished when it last looked
    while (!stop_.load(std::memory_order_acquire)) {
        if (execute_next(UINT64_MAX, nullptr)) {
            seen = finished_.load();
            spin.restart();
        } else if (const uint64_t finished = finished_.load(); finished != seen || executing_.load() != 0) {
            seen = finished;
            worker_rest(kNaps, now_ns() + kNapNs);
            spin.restart();
        } else if (spin.is_over()) {
            worker_rest(kSleeps, UINT64_MAX);
            spin.restart();
        }
    }
}

void accel_bk_queue::worker_rest(uint32_t how, uint64_t deadline_ns)
{
    worker_.store(how);
    // Either this sees what was submitted, or the submitter sees the state.
    if (!stop_.load() && (!pending() || executing_.load() != 0))
        futex_wait(worker_, how, deadline_ns);
    worker_.store(kAwake);
}

namespace accel::cpu {

accel_status queue_create(accel_bk_device *, const accel_bk_queue_desc *desc, accel_bk_queue **out_queue)
{
    *out_queue = nullptr;
    return guarded([&] {
        if (desc->depth > kQueueDepth)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "depth %u is more than %u", desc->depth, kQueueDepth);
        auto queue = std::make_unique<accel_bk_queue>(desc->depth == 0 ? kQueueDepth : desc->depth);
        if (!queue->start())
            return fail(ACCEL_STATUS_RESOURCE, "", "the system has no thread left");
        *out_queue = queue.release();
        return ACCEL_STATUS_OK;
    });
}

void queue_destroy(accel_bk_queue *queue) { delete queue; }

accel_status queue_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out_ticket)
{
    if (const accel_status status = fault_point("cpu.submit"); status != ACCEL_STATUS_OK)
        return status;
    if (submit->wait_fd_count != 0)
        return fail(ACCEL_STATUS_UNSUPPORTED, "", "the processor does not wait for sync_files");
    return queue->submit(submit->run, *out_ticket);
}

accel_status queue_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns) { return queue->wait(ticket, timeout_ns); }

accel_status queue_cancel(accel_bk_queue *queue, uint64_t ticket)
{
    queue->cancel(ticket);
    return ACCEL_STATUS_OK;
}

}  // namespace accel::cpu
