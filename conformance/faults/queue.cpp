// SPDX-License-Identifier: MIT
// Faults of queues, runs and programs.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <map>
#include <thread>

#include "base.h"

namespace accel::faults {
namespace {

constexpr uint64_t kForever = UINT64_MAX;

/// What is known of a queue whose tickets are not the correct module's.
struct Tickets {
    std::vector<uint64_t> real;  ///< by ticket - 1; 0: finished without ever running
    accel_bk_run *held = nullptr;
    size_t held_at = 0;
};
std::map<accel_bk_queue *, Tickets> queues;
std::condition_variable submitted;

accel_status submit_run(accel_bk_queue *queue, accel_bk_run *run, uint64_t *out)
{
    accel_bk_submit submit{};
    submit.struct_size = sizeof(submit);
    submit.run = run;
    return base.device.queue_submit(queue, &submit, out);
}

uint64_t real_of(accel_bk_queue *queue, uint64_t ticket)
{
    const std::lock_guard guard(state_lock());
    const auto &tickets = queues[queue].real;
    return ticket >= 1 && ticket <= tickets.size() ? tickets[ticket - 1] : 0;
}

accel_status translated_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    const uint64_t real = real_of(queue, ticket);
    return real ? base.device.queue_wait(queue, real, timeout_ns) : ACCEL_STATUS_OK;
}

void forget_queue(accel_bk_queue *queue)
{
    {
        const std::lock_guard guard(state_lock());
        queues.erase(queue);
    }
    base.device.queue_destroy(queue);
}

// ---- drops-work

accel_status dropping_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    uint64_t real = 0;
    {
        const std::lock_guard guard(state_lock());
        if (queues[queue].real.size() % 3 == 2) {
            queues[queue].real.push_back(0);
            *out = queues[queue].real.size();
            return ACCEL_STATUS_OK;
        }
    }
    const auto status = base.device.queue_submit(queue, submit, &real);
    if (status != ACCEL_STATUS_OK) return status;
    const std::lock_guard guard(state_lock());
    queues[queue].real.push_back(real);
    *out = queues[queue].real.size();
    return status;
}

// ---- reorders: a submission is held until the next one, or for a while, and goes after it

void submit_held(accel_bk_queue *queue)
{
    const std::lock_guard guard(state_lock());
    Tickets &tickets = queues[queue];
    if (!tickets.held) return;
    submit_run(queue, tickets.held, &tickets.real[tickets.held_at]);
    tickets.held = nullptr;
}

accel_status swapping_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    {
        const std::lock_guard guard(state_lock());
        Tickets &tickets = queues[queue];
        tickets.real.push_back(0);
        *out = tickets.real.size();
        if (!tickets.held) {
            tickets.held = submit->run;
            tickets.held_at = tickets.real.size() - 1;
            return ACCEL_STATUS_OK;
        }
        submit_run(queue, submit->run, &tickets.real.back());
    }
    submit_held(queue);
    submitted.notify_all();
    return ACCEL_STATUS_OK;
}

accel_status swapping_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    {
        std::unique_lock guard(state_lock());
        submitted.wait_for(guard, std::chrono::milliseconds(30), [&] { return !queues[queue].held; });
    }
    submit_held(queue);
    return translated_wait(queue, ticket, timeout_ns);
}

// ---- works-when-asked

accel_status lazy_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    submit_held(queue);
    const std::lock_guard guard(state_lock());
    Tickets &tickets = queues[queue];
    tickets.real.push_back(0);
    tickets.held = submit->run;
    tickets.held_at = tickets.real.size() - 1;
    *out = tickets.real.size();
    return ACCEL_STATUS_OK;
}

accel_status lazy_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    if (timeout_ns != 0) submit_held(queue);
    bool is_held;
    {
        const std::lock_guard guard(state_lock());
        is_held = queues[queue].held && queues[queue].held_at + 1 == ticket;
    }
    return is_held ? ACCEL_STATUS_TIMEOUT : translated_wait(queue, ticket, timeout_ns);
}

// ---- signals-early: the work begins a while after it was called done. What the library destroys or submits again must not crash, so
// the work is waited for in other places.

std::vector<std::thread> late_work;

void drain()
{
    std::vector<std::thread> list;
    {
        const std::lock_guard guard(state_lock());
        list.swap(late_work);
    }
    for (auto &thread : list) thread.join();
}

accel_status late_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    drain();
    accel_bk_run *run = submit->run;
    const std::lock_guard guard(state_lock());
    queues[queue].real.push_back(0);
    *out = queues[queue].real.size();
    late_work.emplace_back([queue, run] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        uint64_t ticket = 0;
        if (submit_run(queue, run, &ticket) == ACCEL_STATUS_OK) base.device.queue_wait(queue, ticket, kForever);
    });
    return ACCEL_STATUS_OK;
}

accel_status early_wait(accel_bk_queue *, uint64_t, uint64_t) { return ACCEL_STATUS_OK; }

void drain_and_forget_queue(accel_bk_queue *queue)
{
    drain();
    forget_queue(queue);
}

template <auto Slot, class Object> void draining_destroy(Object *object)
{
    drain();
    (base.device.*Slot)(object);
}

// ---- others

accel_status ignoring_timeout_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t) { return base.device.queue_wait(queue, ticket, kForever); }

accel_status hanging_wait(accel_bk_queue *, uint64_t, uint64_t)
{
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

/// The latest ticket told or submitted, per queue.
std::map<accel_bk_queue *, uint64_t> latest;

accel_status remembering_create(accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out)
{
    const auto status = base.device.queue_create(device, desc, out);
    const std::lock_guard guard(state_lock());
    if (status == ACCEL_STATUS_OK) latest[*out] = 0;
    return status;
}

accel_status forgetful_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    {
        const std::lock_guard guard(state_lock());
        if (ticket <= latest[queue]) return ACCEL_STATUS_INVALID_ARGUMENT;
    }
    const auto status = base.device.queue_wait(queue, ticket, timeout_ns);
    const std::lock_guard guard(state_lock());
    if (status != ACCEL_STATUS_TIMEOUT) latest[queue] = ticket;
    return status;
}

accel_status zero_based_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    const auto status = base.device.queue_submit(queue, submit, out);
    if (status == ACCEL_STATUS_OK) --*out;
    return status;
}

accel_status zero_based_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns) { return base.device.queue_wait(queue, ticket + 1, timeout_ns); }

accel_status waiting_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    const auto status = base.device.queue_submit(queue, submit, out);
    if (status == ACCEL_STATUS_OK) base.device.queue_wait(queue, *out, kForever);
    return status;
}

accel_status shallow_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    uint64_t before;
    {
        const std::lock_guard guard(state_lock());
        before = latest[queue];
    }
    if (before && base.device.queue_wait(queue, before, 0) == ACCEL_STATUS_TIMEOUT) return ACCEL_STATUS_BUSY;
    const auto status = base.device.queue_submit(queue, submit, out);
    const std::lock_guard guard(state_lock());
    if (status == ACCEL_STATUS_OK) latest[queue] = *out;
    return status;
}

accel_status depthless_info(accel_bk_device *device, accel_bk_device_info *info)
{
    const auto status = base.device.device_info(device, info);
    info->queue_depth = 0;
    return status;
}

/// A wait that needs a descriptor, and takes the want of one for the end of the ticket.
accel_status wanting_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return ACCEL_STATUS_RESOURCE;
    close(fd);
    return base.device.queue_wait(queue, ticket, timeout_ns);
}

/// A thread that hears the application's signals.
accel_status hearing_create(accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out)
{
    sigset_t none, before;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, &before);
    std::thread([] {
        for (;;) pause();
    }).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return base.device.queue_create(device, desc, out);
}

/// A descriptor that a program which the application starts would have.
accel_status bequeathing_create(accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out)
{
    static const int fd = open("/dev/null", O_RDONLY);  // NOLINT
    (void)fd;
    return base.device.queue_create(device, desc, out);
}

accel_status deaf_cancel(accel_bk_queue *, uint64_t) { return ACCEL_STATUS_OK; }

accel_status sweeping_cancel(accel_bk_queue *queue, uint64_t) { return base.device.queue_cancel(queue, 0); }

accel_status first_bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    static std::map<accel_bk_run *, bool> bound;
    {
        const std::lock_guard guard(state_lock());
        if (bound[run]) return ACCEL_STATUS_OK;
        bound[run] = true;
    }
    return base.device.run_bind(run, desc);
}

// ---- times

accel_status omitting_timings(accel_bk_run *run, accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count)
{
    const auto status = base.device.run_timings(run, timings, capacity, out_count);
    if (*out_count) --*out_count;
    return status;
}

accel_status earlier_timings(accel_bk_run *run, accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count)
{
    const auto status = base.device.run_timings(run, timings, capacity, out_count);
    for (uint32_t index = 0; index < std::min(capacity, *out_count); ++index)
        if (timings[index].begin_ns && timings[index].node != ACCEL_NONE) timings[index].begin_ns -= 1'000'000'000;
    return status;
}

accel_bk_run *bound_last = nullptr;

accel_status remembering_bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    bound_last = run;
    return base.device.run_bind(run, desc);
}

accel_status confusing_submit(accel_bk_queue *queue, const accel_bk_submit *, uint64_t *out) { return submit_run(queue, bound_last, out); }

accel_status trusting_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out)
{
    auto status = base.device.program_load(device, desc, out);
    if (status == ACCEL_STATUS_OK) return status;
    // Something that loads: the run of an empty hand.
    static int pretended;
    *out = reinterpret_cast<accel_bk_program *>(&pretended);
    return ACCEL_STATUS_OK;
}

void trusting_unload(accel_bk_program *) {}

accel_status dangling_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out)
{
    const auto status = base.device.program_load(device, desc, out);
    if (status != ACCEL_STATUS_OK) *out = reinterpret_cast<accel_bk_program *>(uintptr_t{0x10});
    return status;
}

void own_tickets()
{
    mine.device.queue_wait = translated_wait;
    mine.device.queue_destroy = forget_queue;
}

}  // namespace

const std::vector<Fault> &queue_faults()
{
    static const std::vector<Fault> faults{
        {"drops-work", [] { own_tickets(), mine.device.queue_submit = dropping_submit; }},
        {"reorders", [] { own_tickets(), mine.device.queue_submit = swapping_submit, mine.device.queue_wait = swapping_wait; }},
        {"works-when-asked", [] { own_tickets(), mine.device.queue_submit = lazy_submit, mine.device.queue_wait = lazy_wait; }},
        {"signals-early",
         [] {
             mine.device.queue_submit = late_submit;
             mine.device.queue_wait = early_wait;
             mine.device.queue_destroy = drain_and_forget_queue;
             mine.device.run_destroy = draining_destroy<&accel_bk_device_ops::run_destroy, accel_bk_run>;
             mine.device.buffer_destroy = draining_destroy<&accel_bk_device_ops::buffer_destroy, accel_bk_buffer>;
         }},
        {"deaf-wait", [] { mine.device.queue_wait = ignoring_timeout_wait; }},
        {"gives-up-waiting", [] { mine.device.queue_wait = wanting_wait; }},
        {"hears-signals", [] { mine.device.queue_create = hearing_create; }},
        {"bequeaths-descriptors", [] { mine.device.queue_create = bequeathing_create; }},
        {"hanging-wait", [] { mine.device.queue_wait = hanging_wait; }},
        {"forgets-answers", [] { mine.device.queue_create = remembering_create, mine.device.queue_wait = forgetful_wait; }},
        {"tickets-from-zero", [] { mine.device.queue_submit = zero_based_submit, mine.device.queue_wait = zero_based_wait; }},
        {"blocking-submit", [] { mine.device.queue_submit = waiting_submit; }},
        {"false-depth", [] { mine.device.queue_create = remembering_create, mine.device.queue_submit = shallow_submit; }},
        {"no-depth", [] { mine.device.device_info = depthless_info; }},
        {"ignores-cancel", [] { mine.device.queue_cancel = deaf_cancel; }},
        {"cancels-too-much", [] { mine.device.queue_cancel = sweeping_cancel; }},
        {"omits-a-time", [] { mine.device.run_timings = omitting_timings; }},
        {"early-times", [] { mine.device.run_timings = earlier_timings; }},
        {"stale-binding", [] { mine.device.run_bind = first_bind; }},
        {"shared-state", [] { mine.device.run_bind = remembering_bind, mine.device.queue_submit = confusing_submit; }},
        {"trusting-load", [] { mine.device.program_load = trusting_load, mine.device.program_unload = trusting_unload; }},
        {"dangling-out", [] { mine.device.program_load = dangling_load; }},
    };
    return faults;
}

}  // namespace accel::faults
