// SPDX-License-Identifier: MIT
// The pump: moves held submissions on, and the threads that run it.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "base/status.h"
#include "base/trace.h"
#include "core.h"
#include "run/run.h"

namespace accel::runtime {

namespace {

constexpr uint64_t kSliceNs = 20'000'000;
constexpr long kSoonNs = 20'000;
constexpr uint32_t kDoublingsMax = 6;  // to a little more than a millisecond

/// The longer the more looks were in vain: a device may be busy with others' work for as long as it likes.
void pause_briefly(uint32_t fruitless)
{
    const timespec soon = {0, kSoonNs << std::min(fruitless, kDoublingsMax)};
    nanosleep(&soon, nullptr);
}

}  // namespace

/// Move on from `started`. May open the lock while it copies. Answers why it stopped.
HeldBlocker QueueCore::pump(Lock &lock, bool may_copy)
{
    HeldBlocker result;
    bool progress = false;
    if (pumping_) {
        result.kind = HeldBlocker::Kind::Soon;
        return result;
    }
    while (started_ < tail_) {
        Slot &slot = this->slot(started_);
        const uint32_t step_before = slot.step;
        const bool begun_before = slot.begun;
        if (slot.state == State::Held)
            result = advance(slot, lock, may_copy);
        progress |= slot.step != step_before || slot.begun != begun_before;
        if (slot.state == State::Held)
            break;
        result = {};
        progress = true;
        ++started_;
        reap();
    }
    result.progress = progress;
    return result;
}

HeldBlocker QueueCore::advance(Slot &slot, Lock &lock, bool may_copy)
{
    HeldBlocker blocker;
    if (!slot.begun && !begin(slot, &blocker))
        return blocker;
    while (slot.state == State::Held) {
        if (slot.executing) {
            const accel_status status = look(slot);
            if (status == ACCEL_STATUS_TIMEOUT) {
                blocker.kind = HeldBlocker::Kind::Ticket;
                blocker.sequence = started_;
                return blocker;
            }
            slot.executing = false;
            ++slot.step;
            if (status != ACCEL_STATUS_OK) {
                end(slot, status);
                break;
            }
        }
        if (slot.cancelled) {
            end(slot, ACCEL_STATUS_CANCELLED);
        } else if (slot.step == 0 && slot.deadline_ns && now_ns() >= slot.deadline_ns) {
            end(slot, ACCEL_STATUS_DEADLINE);  // the device was busy, or nobody could copy
        } else if (slot.step == step_count(slot)) {
            end(slot, ACCEL_STATUS_OK);
        } else if (step_is_copy(slot)) {
            if (!may_copy) {
                blocker.kind = HeldBlocker::Kind::Soon;
                return blocker;
            }
            const accel_status status = copy_unlocked(slot, lock);
            if (status == ACCEL_STATUS_BUSY) {
                blocker.kind = HeldBlocker::Kind::Soon;  // work of another queue in the same memory; nothing was begun
                return blocker;
            }
            ++slot.step;
            if (status != ACCEL_STATUS_OK) {
                snprintf(slot.detail, sizeof slot.detail, "a copy with the CPU: %.200s", accel_last_error()->message);
                end(slot, status);
            }
        } else {
            const accel_status status = lost_ != ACCEL_STATUS_OK ? lost_ : submit_native(slot);
            if (status == ACCEL_STATUS_BUSY) {
                blocker.kind = head_ < started_ ? HeldBlocker::Kind::Ticket : HeldBlocker::Kind::Soon;
                blocker.sequence = head_;
                return blocker;
            }
            // Taken back from the device: waits and order are to be looked at again.
            if (slot.state == State::Held && !slot.begun && !begin(slot, &blocker))
                return blocker;
            if (status != ACCEL_STATUS_OK)
                end(slot, status);
        }
    }
    return blocker;
}

/// Waits, deadline and order. False: blocked, or the slot has ended.
bool QueueCore::begin(Slot &slot, HeldBlocker *blocker)
{
    if (slot.cancelled) {
        end(slot, ACCEL_STATUS_CANCELLED);
        return false;
    }
    const bool overdue = slot.deadline_ns && now_ns() >= slot.deadline_ns;
    if (!pass_waits(slot, blocker)) {
        if (overdue && slot.state == State::Held)
            end(slot, ACCEL_STATUS_DEADLINE);
        if (slot.deadline_ns)
            blocker->wake_ns = slot.deadline_ns;
        return false;
    }
    if (overdue) {
        end(slot, ACCEL_STATUS_DEADLINE);
        return false;
    }
    if (step_count(slot) > 0 && !order_allows(slot)) {
        blocker->kind = HeldBlocker::Kind::Ticket;
        blocker->sequence = started_ - 1;
        return false;
    }
    slot.begun = true;
    return true;
}

bool QueueCore::pass_waits(Slot &slot, HeldBlocker *blocker)
{
    for (; slot.wait_next < slot.wait_count; ++slot.wait_next) {
        const accel_fence_point &wait = slot.waits[slot.wait_next];
        const accel_status state = wait.fence->state(wait.value);
        if (state == ACCEL_STATUS_OK || (state == ACCEL_STATUS_NOT_READY && carry(slot, wait)))
            continue;
        if (state == ACCEL_STATUS_NOT_READY) {
            blocker->kind = HeldBlocker::Kind::Fence;
            blocker->fence = Ref<accel_fence>(wait.fence);
            blocker->value = wait.value;
        } else {
            end(slot, state);
        }
        return false;
    }
    return true;
}

namespace {

accel_status move_bytes(const Transfer &transfer)
{
    for (const accel_buffer *buffer : {transfer.source.get(), transfer.destination.get()})
        if (buffer && !(buffer->usage() & ACCEL_BUFFER_USAGE_MAP))
            return fail(ACCEL_STATUS_UNSUPPORTED, "B-12", buffer, "the device does not move this memory, and the CPU cannot, because it was made without MAP");
    const MemoryRange from_part = {transfer.source_offset_bytes, transfer.size_bytes}, to_part = {transfer.destination_offset_bytes, transfer.size_bytes};
    void *to = nullptr;
    ACCEL_TRY(transfer.destination->begin_access(ACCEL_ACCESS_WRITE, to_part, &to));
    char *destination = static_cast<char *>(to) + transfer.destination_offset_bytes;
    accel_status status = ACCEL_STATUS_OK;
    if (!transfer.source) {
        memset(destination, transfer.fill_value, transfer.size_bytes);
    } else {
        void *from = nullptr;
        status = transfer.source->begin_access(ACCEL_ACCESS_READ, from_part, &from);
        if (status == ACCEL_STATUS_OK) {
            memcpy(destination, static_cast<const char *>(from) + transfer.source_offset_bytes, transfer.size_bytes);
            transfer.source->end_access(ACCEL_ACCESS_READ, from_part);
        }
    }
    transfer.destination->end_access(ACCEL_ACCESS_WRITE, to_part);
    return status;
}

}  // namespace

/// Only the thread that set pumping_ touches the slot meanwhile; submit may append others.
accel_status QueueCore::copy_unlocked(Slot &slot, Lock &lock)
{
    pumping_ = true;
    lock.unlock();
    const uint64_t begin_ns = trace_now();
    if (slot.run)
        slot.run->note_begin(slot.step);
    const accel_status status = slot.has_transfer ? move_bytes(slot.transfer) : slot.run->copy(slot.run->steps()[slot.step]);
    if (slot.run)
        slot.run->note_end(slot.step);
    trace_span("copy", "host copies", begin_ns, id_, slot.step);
    lock.lock();
    pumping_ = false;
    return status;
}

void QueueCore::poll()
{
    Lock lock(lock_);
    reap();
    pump(lock, false);
    reap();
    sweep(lock);
}

HeldBlocker QueueCore::drive()
{
    Lock lock(lock_);
    const bool reaped = reap();
    HeldBlocker blocker = pump(lock, true);
    blocker.progress |= reaped;
    sweep(lock);
    return blocker;
}

bool QueueCore::nothing_held()
{
    // Only tried: submit takes the two locks in the other order.
    const std::unique_lock lock(lock_, std::try_to_lock);
    return lock.owns_lock() && started_ == tail_;
}

bool QueueCore::wait_native(uint64_t sequence, uint64_t deadline_ns)
{
    Lock lock(lock_);
    if (sequence < head_)
        return true;
    if (sequence >= tail_ || !slot(sequence).executing)
        return false;
    const QueueDevice &queue = queues_[slot(sequence).device];
    const uint64_t ticket = slot(sequence).ticket;
    lock.unlock();
    queue.wait(ticket, deadline_ns);
    lock.lock();
    reap();
    sweep(lock);
    return true;
}

void QueueCore::wait_until(uint64_t sequence, uint64_t deadline_ns)
{
    Lock lock(lock_);
    uint32_t fruitless = 0;
    while (head_ <= sequence && sequence < tail_) {
        if (slot(sequence).state == State::Native) {
            const QueueDevice &queue = queues_[slot(sequence).device];
            const uint64_t ticket = slot(sequence).ticket;
            lock.unlock();
            const accel_status status = queue.wait(ticket, deadline_ns);
            lock.lock();
            if (reap() || status != ACCEL_STATUS_TIMEOUT) {
                fruitless = 0;
                continue;
            }
            // A module that could not wait answers before its time.
            if (remaining_ns(deadline_ns) != 0) {
                lock.unlock();
                pause_briefly(fruitless++);
                lock.lock();
            }
        } else {
            const HeldBlocker blocker = pump(lock, true);
            const bool progress = reap() || blocker.progress;
            if (progress) {
                fruitless = 0;
                continue;
            }
            lock.unlock();
            block(blocker, std::min({deadline_ns, blocker.wake_ns, deadline_after(kSliceNs)}), fruitless++);
            lock.lock();
        }
        if (deadline_ns != UINT64_MAX && remaining_ns(deadline_ns) == 0)
            break;
    }
    sweep(lock);
}

void QueueCore::block(const HeldBlocker &blocker, uint64_t deadline_ns, uint32_t fruitless)
{
    switch (blocker.kind) {
    case HeldBlocker::Kind::Ticket:
        if (!wait_native(blocker.sequence, deadline_ns))
            pause_briefly(fruitless);
        break;
    case HeldBlocker::Kind::Fence:
        block_on(*blocker.fence, blocker.value, deadline_ns);
        break;
    case HeldBlocker::Kind::Soon:
    case HeldBlocker::Kind::None: pause_briefly(fruitless); break;
    }
}

}  // namespace accel::runtime
