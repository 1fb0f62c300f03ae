// SPDX-License-Identifier: MIT
// The thread's loop: questions in slices, who waits for answers, and when a module is given up.
#include "lookout.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/check.h"
#include "base/clock.h"
#include "base/host_thread.h"
#include "base/log.h"
#include "base/module_call.h"

namespace accel::runtime {

namespace {

// A blocking question lasts this long, so that a question about an older ticket, or a cancel, gets its turn.
constexpr uint64_t kSliceNs = 10'000'000;
// Whoever only looks waits this long for the thread's answer.
constexpr uint64_t kLookNs = 50'000'000;
// A module that could not wait answers at once: it is asked again after this.
constexpr uint64_t kAgainNs = 1'000'000;
// Those who wait look up this often whether the module is late.
constexpr uint64_t kBeatNs = 20'000'000;
// A module that was seen to be late for this long does not come back.
constexpr uint64_t kPatienceNs = 500'000'000;
// Cancelling and destroying may talk to a slow device.
constexpr uint64_t kCommandNs = 5'000'000'000;

}  // namespace

accel_status Lookout::make(std::shared_ptr<OpenDevice> device, std::shared_ptr<DeviceEntry> entry, accel_bk_queue *queue, uint32_t depth,
                           std::shared_ptr<Lookout> *out)
{
    const std::shared_ptr<Lookout> made(new Lookout(std::move(device), std::move(entry), queue, depth));
    auto own = std::make_unique<std::shared_ptr<Lookout>>(made);
    const int error = start_thread("accel-lookout", enter, own.get(), &made->thread_);
    if (error)
        return fail(error == EAGAIN ? ACCEL_STATUS_RESOURCE : ACCEL_STATUS_OUT_OF_MEMORY, "", nullptr,
                    "the thread that waits for module '%s' cannot be made; end threads or raise the limit of processes", made->device_->module_name());
    own.release();
    *out = made;
    return ACCEL_STATUS_OK;
}

Lookout::Lookout(std::shared_ptr<OpenDevice> device, std::shared_ptr<DeviceEntry> entry, accel_bk_queue *queue, uint32_t depth)
    : device_(std::move(device)),
      entry_(std::move(entry)),
      queue_(queue),
      ended_(depth)
{
}

void *Lookout::enter(void *self)
{
    const std::unique_ptr<std::shared_ptr<Lookout>> own(static_cast<std::shared_ptr<Lookout> *>(self));
    (*own)->loop();
    return nullptr;
}

// ---- the thread

void Lookout::loop()
{
    Lock lock(lock_);
    while (!abandoned_ && !closed_) {
        if (command_ != Command::None) {
            obey(lock);
        } else if (const Asker *oldest = find_oldest()) {
            ask(lock, oldest->ticket);
        } else {
            called_.wait(lock);
        }
    }
}

const Lookout::Asker *Lookout::find_oldest() const
{
    const Asker *oldest = nullptr;
    for (const Asker *asker = askers_; asker; asker = asker->next)
        if (!asker->answered && (!oldest || asker->ticket < oldest->ticket))
            oldest = asker;
    return oldest;
}

/// A call into the module, with the lock open. False: it came back after it had been given up, and nothing of the queue is touched any more.
template <class Call> bool Lookout::enter_module(Lock &lock, const char *slot, uint64_t due_in_ns, Call &&call)
{
    due_ns_ = seen_ns_ = deadline_after(due_in_ns);
    overdue_ns_ = 0;
    inside_ = slot;
    lock.unlock();
    clear_module_error();
    call();
    lock.lock();
    inside_ = nullptr;
    return !abandoned_;
}

/// True if the ticket has ended.
bool Lookout::ask_once(Lock &lock, uint64_t ticket, uint64_t timeout_ns)
{
    Ended answer;
    answer.ticket = ticket;
    answer.known = true;
    asked_ = ticket;
    blocking_ = timeout_ns != 0;
    const bool back = enter_module(lock, "queue_wait", timeout_ns, [&] {
        answer.status = ask_for_ticket(device_->module_name(), [&] { return device_->ops().queue_wait(queue_, ticket, timeout_ns); });
        snprintf(answer.detail, sizeof answer.detail, "%s", module_error());
    });
    if (back && answer.status == ACCEL_STATUS_TIMEOUT && timeout_ns != 0 && now_ns() < due_ns_)
        called_.wait_for(lock, std::chrono::nanoseconds(kAgainNs));
    if (!back || answer.status == ACCEL_STATUS_TIMEOUT)
        return false;
    place(ticket) = answer;
    return true;
}

void Lookout::ask(Lock &lock, uint64_t ticket)
{
    bool look = false;
    for (const Asker *asker = askers_; asker; asker = asker->next)
        look |= asker->look && !asker->answered;
    const bool ended = has_ended(ticket) || ask_once(lock, ticket, look ? 0 : kSliceNs);
    if (ended)
        catch_up(lock);
    // Tickets end in order: what comes after one that has not ended has not ended either.
    bool any = false;
    for (Asker *asker = askers_; asker; asker = asker->next) {
        asker->answered |= has_ended(asker->ticket) || (look && !ended && asker->look && asker->ticket >= ticket);
        any |= asker->answered;
    }
    if (any)
        answered_.notify_all();
}

/// Learn how the others have ended, so that whoever retires them need not ask for each.
void Lookout::catch_up(Lock &lock)
{
    while (!abandoned_ && settled_ < submitted_.load(std::memory_order_relaxed) && (has_ended(settled_ + 1) || ask_once(lock, settled_ + 1, 0)))
        ++settled_;
}

void Lookout::obey(Lock &lock)
{
    const Command command = command_;
    Ended answer;
    blocking_ = false;
    const bool back = enter_module(lock, command == Command::Close ? "queue_destroy" : "queue_cancel", kCommandNs, [&] {
        const accel_bk_device_ops &ops = device_->ops();
        if (command == Command::Close)
            tell_module(device_->module_name(), "queue_destroy", [&] { ops.queue_destroy(queue_); });
        else if (ops.queue_cancel)
            answer.status = ask_module(device_->module_name(), "queue_cancel", [&] { return ops.queue_cancel(queue_, 0); });
        snprintf(answer.detail, sizeof answer.detail, "%s", module_error());
    });
    if (!back)
        return;
    command_answer_ = answer;
    command_ = Command::None;
    closed_ = command == Command::Close;
    answered_.notify_all();
}

// ---- the others

accel_status Lookout::tell(uint64_t ticket)
{
    const Ended &ended = place(ticket);
    set_module_error("", ended.detail);
    return ended.status;
}

accel_status Lookout::tell_abandoned() const
{
    set_module_error("Q-13", device_->abandoned_why());
    return ACCEL_STATUS_DEVICE_LOST;
}

void Lookout::link(Asker &asker)
{
    asker.next = askers_;
    askers_ = &asker;
}

void Lookout::unlink(Asker &asker)
{
    Asker **link = &askers_;
    while (*link != &asker)
        link = &(*link)->next;
    *link = asker.next;
}

void Lookout::rest(Lock &lock, uint64_t deadline_ns)
{
    const uint64_t until_ns = std::min(deadline_ns, deadline_after(kBeatNs));
    answered_.wait_until(lock, std::chrono::steady_clock::time_point(std::chrono::nanoseconds(until_ns)));
    notice();
}

/// Is the module late? Only time that somebody was awake to see counts: a process that was stopped, or a machine that was busy, blames no module.
void Lookout::notice()
{
    const uint64_t now = now_ns();
    if (!inside_ || abandoned_ || now <= due_ns_)
        return;
    overdue_ns_ += std::min(now - std::max(seen_ns_, due_ns_), 2 * kBeatNs);
    seen_ns_ = now;
    if (overdue_ns_ >= kPatienceNs)
        abandon_locked("its module does not come back from", inside_);
}

void Lookout::abandon_locked(const char *why, const char *slot)
{
    abandoned_ = true;
    device_->abandon(device_, entry_, why, slot);
    called_.notify_all();
    answered_.notify_all();
}

void Lookout::abandon(const char *why)
{
    const LogPause pause;
    const Lock lock(lock_);
    if (!abandoned_)
        abandon_locked(why, "");
}

accel_status Lookout::wait(uint64_t ticket, uint64_t deadline_ns)
{
    const LogPause pause;
    Lock lock(lock_);
    if (has_ended(ticket))
        return tell(ticket);
    const bool look = deadline_ns == 0;
    if (look && inside_ && blocking_ && asked_ <= ticket) {
        // The thread waits for this one already, or for one before it.
        notice();
        return device_->abandoned() ? tell_abandoned() : ACCEL_STATUS_TIMEOUT;
    }
    Asker asker{ticket, look};
    link(asker);
    called_.notify_one();
    const uint64_t until_ns = look ? deadline_after(kLookNs) : deadline_ns;
    while (!asker.answered && !device_->abandoned() && remaining_ns(until_ns) != 0)
        rest(lock, until_ns);
    unlink(asker);
    if (has_ended(ticket))
        return tell(ticket);
    return device_->abandoned() ? tell_abandoned() : ACCEL_STATUS_TIMEOUT;
}

accel_status Lookout::command(Lock &lock, Command wanted)
{
    command_ = wanted;
    command_answer_ = {};
    called_.notify_one();
    while (command_ != Command::None && !abandoned_ && !(inside_ && device_->abandoned()))
        rest(lock, UINT64_MAX);
    if (command_ != Command::None)
        return tell_abandoned();
    set_module_error("", command_answer_.detail);
    return command_answer_.status;
}

accel_status Lookout::cancel()
{
    const LogPause pause;
    Lock lock(lock_);
    return command(lock, Command::Cancel);
}

void Lookout::close()
{
    const LogPause pause;
    Lock lock(lock_);
    if (!abandoned_)
        command(lock, Command::Close);
    // The thread may be in the module for ever. It keeps what it needs, and looks at abandoned_ should it come back.
    abandoned_ |= !closed_;
    const bool left = closed_;
    lock.unlock();
    if (left)
        pthread_join(thread_, nullptr);
    else
        pthread_detach(thread_);
}

}  // namespace accel::runtime
