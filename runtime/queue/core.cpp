// SPDX-License-Identifier: MIT
// The ring: submitting, retiring, ending.
#include "core.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "base/check.h"
#include "base/status.h"
#include "base/trace.h"
#include "hold.h"
#include "run/run.h"

namespace accel::runtime {

namespace {
constexpr uint32_t kInlinePoints = 4;         // more per submission are made room for once and kept
constexpr uint64_t kDrainNs = 5'000'000'000;  // what a submission may take beyond the time that its device gives it
}

accel_status QueueCore::make(std::vector<Ref<accel_device>> devices, std::vector<std::shared_ptr<OpenDevice>> open, uint32_t depth, int32_t priority,
                             Ref<QueueCore> *out)
{
    auto core = Ref<QueueCore>::adopt(new QueueCore(priority));
    core->devices_ = std::move(devices);
    core->depth_ = depth;
    for (const auto &device : open)
        core->depth_ = std::min(core->depth_, device->info().queue_depth);
    core->queues_.reserve(open.size());  // so that no queue is lost for want of a place
    for (size_t i = 0; i < open.size(); ++i) {
        accel_bk_queue_desc desc{};
        desc.struct_size = sizeof desc;
        desc.priority = priority;
        desc.depth = core->depth_;
        QueueDevice queue;
        ACCEL_TRY(QueueDevice::make(open[i], core->devices_[i]->shared_entry(), desc, &queue));
        core->queues_.push_back(std::move(queue));
    }
    core->slots_ = std::make_unique<Slot[]>(core->depth_);
    for (uint32_t i = 0; i < core->depth_; ++i) {
        core->slots_[i].signals.resize(kInlinePoints);
        core->slots_[i].waits.resize(kInlinePoints);
    }
    *out = std::move(core);
    return ACCEL_STATUS_OK;
}

QueueCore::QueueCore(int32_t priority) : priority_(priority) {}
QueueCore::~QueueCore() = default;

void QueueCore::unref()
{
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete this;
}

uint32_t QueueCore::position(const OpenDevice *open) const
{
    for (uint32_t i = 0; i < queues_.size(); ++i)
        if (queues_[i].open.get() == open)
            return i;
    return UINT32_MAX;
}

uint32_t QueueCore::step_count(const Slot &slot) const
{
    return slot.has_transfer ? 1 : slot.run ? static_cast<uint32_t>(slot.run->steps().size())
                                            : 0;
}

bool QueueCore::step_is_copy(const Slot &slot) const
{
    if (slot.has_transfer)
        return slot.transfer.device == UINT32_MAX;
    return slot.run->steps()[slot.step].kind == Step::Kind::Copy && converting_device(slot) == UINT32_MAX;
}

// F-5: what waits for a value that nobody has promised yet would wait for ever if a later submission of this queue promised it, or a value below it: a
// value is reached only with all before.
accel_status QueueCore::check_order(const Submission &submission, const Object *blame)
{
    for (uint32_t i = 0; i < submission.signal_count; ++i) {
        const accel_fence_point &signal = submission.signals[i];
        for (uint64_t sequence = started_; sequence <= tail_; ++sequence) {
            const bool own = sequence == tail_;
            const accel_fence_point *waits = own ? submission.waits : slot(sequence).waits.data();
            const uint32_t count = own ? submission.wait_count : slot(sequence).wait_count;
            for (uint32_t w = own ? 0 : slot(sequence).wait_next; w < count; ++w)
                if (waits[w].fence == signal.fence && waits[w].fence->state(waits[w].value) == ACCEL_STATUS_NOT_READY &&
                    waits[w].fence->promised() < waits[w].value)
                    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "F-5", blame,
                                "%s waits for value %llu, which cannot be reached before value %llu, signalled by this submission: it would never run",
                                own ? "the submission itself" : "an earlier submission of the queue", static_cast<unsigned long long>(waits[w].value),
                                static_cast<unsigned long long>(signal.value));
        }
    }
    return ACCEL_STATUS_OK;
}

accel_status QueueCore::make_room(Slot &slot, const Submission &in)
{
    return guarded([&] {
        if (slot.signals.size() < in.signal_count)
            slot.signals.resize(in.signal_count);
        if (slot.waits.size() < in.wait_count)
            slot.waits.resize(in.wait_count);
        return ACCEL_STATUS_OK;
    });
}

// Take references and promise the signals; undone by drop().
accel_status QueueCore::fill(Slot &slot, const Submission &in)
{
    slot.status = ACCEL_STATUS_OK;
    slot.detail[0] = 0;
    slot.begun = slot.executing = slot.cancelled = slot.wants_fence = slot.keeps_waits = false;
    slot.step = slot.wait_next = slot.wait_count = slot.signal_count = slot.carried_count = 0;
    slot.deadline_ns = in.deadline_ns;
    slot.begin_ns = trace_now();
    ACCEL_TRY(make_room(slot, in));
    for (; slot.signal_count < in.signal_count; ++slot.signal_count) {
        Point &point = slot.signals[slot.signal_count];
        point.value = in.signals[slot.signal_count].value;
        point.worker = this;
        point.sequence = tail_;
        accel_fence *fence = in.signals[slot.signal_count].fence;
        ACCEL_TRY(fence->promise(point));
        fence->ref();
        slot.wants_fence |= (fence->export_kinds() & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE)) != 0;
    }
    for (; slot.wait_count < in.wait_count; ++slot.wait_count) {
        slot.waits[slot.wait_count] = in.waits[slot.wait_count];
        slot.waits[slot.wait_count].fence->ref();
    }
    slot.has_transfer = in.transfer != nullptr;
    if (in.transfer)
        slot.transfer = *in.transfer;
    slot.run = Ref<accel_run>(in.run);
    slot.state = State::Held;
    return ACCEL_STATUS_OK;
}

void QueueCore::drop(Slot &slot)
{
    while (slot.signal_count > 0) {
        Point &point = slot.signals[--slot.signal_count];
        point.fence->withdraw(point);
        point.fence->unref();
    }
    while (slot.wait_count > 0)
        slot.waits[--slot.wait_count].fence->unref();
    slot.run = {};
    slot.transfer = {};
    slot.state = State::Free;
}

accel_status QueueCore::submit(const Submission &in, const Object *blame)
{
    if (in.run && !in.run->begin_flight(*this))
        return fail(ACCEL_STATUS_BUSY, "R-1", blame, "the run is in flight");
    Lock lock(lock_);
    accel_status status = ACCEL_STATUS_OK;
    if (tail_ - head_ == depth_)
        reap();
    sweep(lock);  // the slot to be filled among them
    for (const auto &part : queues_)
        if (lost_ == ACCEL_STATUS_OK && part.open)
            lost_ = part.open->lost();
    if (lost_ != ACCEL_STATUS_OK)
        status = fail(lost_, "Q-12", blame, "the queue is dead since the loss of its %s; make another%s",
                      lost_ == ACCEL_STATUS_CONTEXT_LOST ? "context" : "device", lost_ == ACCEL_STATUS_CONTEXT_LOST ? "" : " after opening the device again");
    else if (tail_ - head_ == depth_)
        status = fail(ACCEL_STATUS_BUSY, "Q-3", blame, "%u submissions are in flight, which is the depth of the queue; wait for one", depth_);
    else if (in.signal_count)
        status = check_order(in, blame);
    if (status == ACCEL_STATUS_OK && in.run)
        status = in.run->take_turn(*this, tail_, {in.waits, in.wait_count});
    Slot &slot = this->slot(tail_);
    bool filled = false, started = false;
    if (status == ACCEL_STATUS_OK) {
        filled = true;
        status = fill(slot, in);
    }
    if (status == ACCEL_STATUS_OK)
        status = start_directly(slot, &started);
    if (status != ACCEL_STATUS_OK) {
        if (filled)
            drop(slot);
        if (in.run)
            in.run->end_flight(accel_run::Ended::Refused, ACCEL_STATUS_OK);
        sweep(lock);
        return status;
    }
    ++tail_;
    if (slot.state != State::Held)
        ++started_;
    if (slot.state == State::Ended)
        reap();
    else if (slot.state == State::Held)
        hold();
    sweep(lock);
    return ACCEL_STATUS_OK;
}

void QueueCore::hold()
{
    was_held_ = true;
    // Without the thread the submission still goes on while some thread waits for it.
    border::guarded([&] { instance()->hold_thread().add(*this); }, [&] { log_format(ACCEL_LOG_LEVEL_ERROR, id_, "", "the thread that drives held work cannot be made: until it can, held work only goes on while some thread waits for it"); });
}

/// Without anything held before it, hand the first segment over right away.
accel_status QueueCore::start_directly(Slot &slot, bool *started)
{
    *started = false;
    if (started_ != tail_)
        return ACCEL_STATUS_OK;
    HeldBlocker unused;
    for (; slot.wait_next < slot.wait_count; ++slot.wait_next) {
        const accel_fence_point &wait = slot.waits[slot.wait_next];
        const accel_status state = wait.fence->state(wait.value);
        if (state == ACCEL_STATUS_OK || (state == ACCEL_STATUS_NOT_READY && carry(slot, wait)))
            continue;
        if (state != ACCEL_STATUS_NOT_READY)
            end(slot, state);
        return ACCEL_STATUS_OK;
    }
    if (slot.deadline_ns && now_ns() >= slot.deadline_ns) {
        end(slot, ACCEL_STATUS_DEADLINE);
        return ACCEL_STATUS_OK;
    }
    if (step_count(slot) == 0) {
        end(slot, ACCEL_STATUS_OK);
        return ACCEL_STATUS_OK;
    }
    if (step_is_copy(slot) || !order_allows(slot))
        return ACCEL_STATUS_OK;
    const accel_status status = submit_native(slot);
    if (status == ACCEL_STATUS_OK && !slot.executing)
        return ACCEL_STATUS_OK;  // the device leaves the copy or the waits to the runtime, or a wait has failed
    if (status != ACCEL_STATUS_OK)
        return fail(status, status == ACCEL_STATUS_INTERNAL ? "A-11" : "", nullptr, "%s", slot.detail);
    slot.begun = true;
    *started = true;
    return ACCEL_STATUS_OK;
}

/// May the slot's first step start although predecessors are in flight? Only behind them in the same queue of the same device, and without a deadline
/// that has to be looked at when it starts.
bool QueueCore::order_allows(const Slot &slot)
{
    const uint64_t sequence = started_;
    if (head_ == sequence)
        return true;
    if (slot.deadline_ns || step_is_copy(slot)) {
        reap();
        return head_ == sequence;
    }
    const Slot &before = this->slot(sequence - 1);
    if (before.state == State::Native && before.device == step_device(slot))
        return true;
    reap();
    return head_ == sequence;
}

void QueueCore::end(Slot &slot, accel_status status)
{
    slot.status = status;
    slot.state = State::Ended;
    slot.executing = false;
}

/// Retire, in order, what has ended. True if there was something.
bool QueueCore::reap()
{
    bool any = false;
    for (; head_ < started_; ++head_) {
        Slot &slot = this->slot(head_);
        if (slot.state == State::Native) {
            const accel_status status = look(slot);
            if (status == ACCEL_STATUS_TIMEOUT)
                break;
            slot.status = status;
            ++slot.step;  // which was executed
            if (slot.wants_fence)
                keep_sync_files(slot);
            slot.state = State::Ended;
        }
        retire(slot);
        any = true;
    }
    return any;
}

void QueueCore::retire(Slot &slot)
{
    // The run first: whoever sees its fence signalled may submit it again at once.
    if (slot.run)
        slot.run->end_flight(slot.status == ACCEL_STATUS_OK ? accel_run::Ended::Well : slot.step == 0 ? accel_run::Ended::Unbegun
                                                                                                      : accel_run::Ended::Badly,
                             slot.status);
    slot.state = State::Free;
    for (uint32_t i = 0; i < slot.signal_count; ++i) {
        accel_fence *fence = slot.signals[i].fence;
        fence->complete(slot.signals[i], slot.status, slot.detail);
        fence->unref();
    }
    slot.signal_count = 0;
    for (uint32_t i = 0; i < slot.wait_count; ++i)
        slot.waits[i].fence->unref();
    slot.wait_count = 0;
    slot.run.drop_unless_last();
    slot.transfer.source.drop_unless_last();
    slot.transfer.destination.drop_unless_last();
    husk_count_ += slot.holds_something();
    trace_span("submit", "", slot.begin_ns, id_, 0);
}

/// End what retired work alone kept alive. That calls modules and the application's release functions, so the lock is open meanwhile.
void QueueCore::sweep(Lock &lock)
{
    for (uint32_t i = 0; husk_count_ > 0; i = (i + 1) % depth_) {
        Slot &husk = slots_[i];
        if (husk.state != State::Free || !husk.holds_something())
            continue;
        --husk_count_;
        auto run = std::move(husk.run);
        auto transfer = std::exchange(husk.transfer, {});
        lock.unlock();
        run = {};
        transfer = {};
        lock.lock();
    }
}

accel_status QueueCore::cancel()
{
    accel_status answer = ACCEL_STATUS_OK;
    {
        const Lock guard(lock_);
        for (uint64_t sequence = started_; sequence < tail_; ++sequence)
            slot(sequence).cancelled = true;
        for (const QueueDevice &queue : queues_) {
            const accel_status status = head_ == tail_ ? ACCEL_STATUS_OK : queue.cancel();
            if (status != ACCEL_STATUS_OK && answer == ACCEL_STATUS_OK)
                answer = fail_from_module(status, queue.open->module_name(), "queue_cancel", nullptr);
        }
    }
    poll();
    return answer;
}

/// Wait until all has ended. False: nothing more has, for longer than a submission may take on any device of the queue that could be given up. One without a limit may take
/// for ever.
bool QueueCore::drain()
{
    uint64_t job_ns = 0;
    bool gives_up = false, limited = true;
    for (const QueueDevice &queue : queues_)
        if (queue.watched()) {
            const uint64_t limit_ns = queue.open->info().job_timeout_ns;
            gives_up = true;
            limited &= limit_ns != 0;
            job_ns = std::max(job_ns, std::min(limit_ns, UINT64_MAX / 2));
        }
    gives_up &= limited;
    uint64_t before = UINT64_MAX, oldest = oldest_in_flight();
    for (; oldest != kNone && oldest != before; oldest = oldest_in_flight()) {
        before = oldest;
        wait_until(oldest, gives_up ? deadline_after(job_ns + kDrainNs) : UINT64_MAX);
    }
    return oldest == kNone;
}

uint64_t QueueCore::oldest_in_flight()
{
    const std::lock_guard guard(lock_);
    return head_ == tail_ ? kNone : head_;
}

void QueueCore::shutdown()
{
    cancel();
    if (!drain()) {
        uint64_t oldest;
        for (const QueueDevice &queue : queues_)
            queue.abandon("work on it does not end");
        while ((oldest = oldest_in_flight()) != kNone)
            wait_until(oldest, UINT64_MAX);
    }
    if (Holder *thread = was_held_ ? instance()->hold_thread_if_made() : nullptr)
        thread->remove(*this);
}

}  // namespace accel::runtime
