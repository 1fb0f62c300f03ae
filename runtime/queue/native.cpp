// SPDX-License-Identifier: MIT
// What devices do for the queue: segments, copies, waits for foreign fences, sync_files.
#include <cstdio>

#include "base/check.h"
#include "base/module_call.h"
#include "base/status.h"
#include "base/trace.h"
#include "core.h"
#include "run/run.h"

namespace accel::runtime {

namespace {
constexpr uint32_t kSyncFile = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
}

void QueueCore::resolve(Transfer &transfer) const
{
    for (uint32_t device = 0; device < queues_.size(); ++device) {
        const OpenDevice &open = *queues_[device].open;
        if (!open.ops().queue_transfer)
            continue;
        transfer.destination_on_device = transfer.destination->on(open);
        transfer.source_on_device = transfer.source ? transfer.source->on(open) : nullptr;
        if (transfer.destination_on_device && (!transfer.source || transfer.source_on_device)) {
            transfer.device = device;
            return;
        }
    }
}

uint32_t QueueCore::step_device(const Slot &slot) const
{
    if (slot.has_transfer)
        return slot.transfer.device;
    const Step &step = slot.run->steps()[slot.step];
    return step.kind == Step::Kind::Copy ? converting_device(slot) : position(slot.run->segment(step.segment).device.get());
}

/// Which device of the queue a copy step of a run is offered to; UINT32_MAX: none, or it was refused.
uint32_t QueueCore::converting_device(const Slot &slot) const
{
    const RunConversion &work = slot.run->conversion(slot.run->steps()[slot.step]);
    return work.device && !work.refused.load(std::memory_order_relaxed) ? position(work.device) : UINT32_MAX;
}

/// Leave a wait to the device that begins the submission, if it takes foreign fences. Not with a deadline, which only the runtime keeps.
bool QueueCore::carry(Slot &slot, const accel_fence_point &wait)
{
    const int fd = wait.fence->foreign_fd(wait.value);
    if (fd < 0 || slot.keeps_waits || slot.carried_count == kCarriedMax || slot.deadline_ns || step_count(slot) == 0 || step_is_copy(slot))
        return false;
    if (!(queues_[step_device(slot)].open->info().fence_wait_kinds & kSyncFile))
        return false;
    slot.carried[slot.carried_count++] = {wait, fd};
    return true;
}

/// OK, NOT_READY, or what a carried fence failed with, which is then in the slot's detail. Those that were reached are carried no longer.
accel_status QueueCore::look_at_carried(Slot &slot)
{
    uint32_t pending = 0;
    for (uint32_t i = 0; i < slot.carried_count; ++i) {
        const accel_fence_point &wait = slot.carried[i].point;
        wait.fence->progress(wait.value);
        const accel_status state = wait.fence->state(wait.value);
        if (state == ACCEL_STATUS_NOT_READY) {
            slot.carried[pending++] = slot.carried[i];
        } else if (state != ACCEL_STATUS_OK) {
            snprintf(slot.detail, sizeof slot.detail, "a fence that it waited for failed: %.200s", wait.fence->failure_detail());
            return state;
        }
    }
    slot.carried_count = pending;
    return pending ? ACCEL_STATUS_NOT_READY : ACCEL_STATUS_OK;
}

/// Before the device gets them: false, and the slot has ended, if one has failed meanwhile.
bool QueueCore::settle_carried(Slot &slot)
{
    if (slot.carried_count == 0)
        return true;
    const accel_status state = look_at_carried(slot);
    if (state == ACCEL_STATUS_OK || state == ACCEL_STATUS_NOT_READY)
        return true;
    end(slot, state);
    return false;
}

/// The device has not taken the work as it was offered: the runtime begins it anew, and makes the waits itself.
void QueueCore::take_back(Slot &slot)
{
    slot.begun = false;
    slot.keeps_waits = true;
    slot.wait_next = slot.carried_count = 0;
}

/// The device has waited for the carried fences and ended with `status`: one that failed fails the submission, whatever the device made of its inputs.
accel_status QueueCore::judge_carried(Slot &slot, accel_status status)
{
    const accel_status state = look_at_carried(slot);
    if (state == ACCEL_STATUS_NOT_READY && status == ACCEL_STATUS_OK) {
        snprintf(slot.detail, sizeof slot.detail, "module '%s' finished work before the foreign fence that it was to wait for (rule M-10)",
                 queues_[slot.device].open->module_name());
        return ACCEL_STATUS_INTERNAL;
    }
    return state == ACCEL_STATUS_OK || state == ACCEL_STATUS_NOT_READY ? status : state;
}

/// A run that has read constants from a file which is not as it was has no results (G-16).
accel_status QueueCore::judge_files(Slot &slot)
{
    return slot.run->program().files_in_use()->changed(slot.detail, sizeof slot.detail) ? ACCEL_STATUS_CORRUPT : ACCEL_STATUS_OK;
}

/// A segment that tells sizes has ended with OK or LIMIT: what it tells has to be possible.
accel_status QueueCore::judge_sizes(Slot &slot, accel_status ended)
{
    if (!slot.run || slot.run->steps()[slot.step].kind != Step::Kind::Segment || !slot.run->tells_sizes(slot.run->steps()[slot.step].segment)) [[likely]]
        return ended;
    const accel_status told = guarded([&] { return slot.run->take_sizes(slot.run->steps()[slot.step].segment, ended); });
    if (told == ACCEL_STATUS_OK)
        return ended;
    snprintf(slot.detail, sizeof slot.detail, "%.200s", accel_last_error()->message);
    return told;
}

void QueueCore::end_span(const Slot &slot) const
{
    if (slot.run)
        slot.run->note_end(slot.step);
    const bool is_transfer = slot.has_transfer || slot.run->steps()[slot.step].kind == Step::Kind::Copy;
    trace_span(is_transfer ? "transfer" : "segment", queues_[slot.device].id, slot.segment_begin_ns, id_, is_transfer ? 0 : slot.run->steps()[slot.step].segment);
}

uint32_t QueueCore::carried_fds(const Slot &slot, int32_t *fds) const
{
    for (uint32_t i = 0; i < slot.carried_count; ++i)
        fds[i] = slot.carried[i].fd;
    return slot.carried_count;
}

accel_status QueueCore::submit_run(Slot &slot, const QueueDevice &queue, uint32_t flags)
{
    int32_t fds[kCarriedMax];
    accel_bk_submit submit{};
    submit.struct_size = sizeof submit;
    submit.run = slot.run->segment(slot.run->steps()[slot.step].segment).handle;
    submit.flags = flags;
    // Later steps begin when the first has ended, and with it the waits.
    if (slot.step == 0 && slot.carried_count) {
        submit.wait_fds = fds;
        submit.wait_fd_count = carried_fds(slot, fds);
    }
    return ask_module(queue.open->module_name(), "queue_submit", [&] { return queue.open->ops().queue_submit(queue.queue, &submit, &slot.ticket); });
}

accel_status QueueCore::submit_transfer(Slot &slot, const QueueDevice &queue, uint32_t flags)
{
    int32_t fds[kCarriedMax];
    const Transfer &moved = slot.transfer;
    accel_bk_transfer transfer{};
    transfer.struct_size = sizeof transfer;
    transfer.source = moved.source_on_device;
    transfer.source_offset_bytes = moved.source_offset_bytes;
    transfer.destination = moved.destination_on_device;
    transfer.destination_offset_bytes = moved.destination_offset_bytes;
    transfer.size_bytes = moved.size_bytes;
    transfer.fill_value = moved.fill_value;
    transfer.flags = flags;
    if (slot.carried_count) {
        transfer.wait_fds = fds;
        transfer.wait_fd_count = carried_fds(slot, fds);
    }
    return ask_module(queue.open->module_name(), "queue_transfer", [&] { return queue.open->ops().queue_transfer(queue.queue, &transfer, &slot.ticket); });
}

accel_status QueueCore::submit_conversion(Slot &slot, const QueueDevice &queue, uint32_t flags)
{
    int32_t fds[kCarriedMax];
    const Step &step = slot.run->steps()[slot.step];
    RunConversion &work = slot.run->conversion(step);
    accel_bk_transfer transfer{};
    transfer.struct_size = sizeof transfer;
    transfer.source = work.from_on_device;
    transfer.source_offset_bytes = slot.run->place_of(step.from).offset_bytes;
    transfer.destination = work.to_on_device;
    transfer.destination_offset_bytes = slot.run->place_of(step.to).offset_bytes;
    transfer.source_view = &work.from_view;
    transfer.destination_view = &work.to_view;
    transfer.fill_value = work.zero;
    transfer.flags = flags;
    if (slot.step == 0 && slot.carried_count) {
        transfer.wait_fds = fds;
        transfer.wait_fd_count = carried_fds(slot, fds);
    }
    const accel_status status = ask_module(queue.open->module_name(), "queue_transfer", [&] { return queue.open->ops().queue_transfer(queue.queue, &transfer, &slot.ticket); });
    if (status == ACCEL_STATUS_OK)
        work.count.fetch_add(1, std::memory_order_relaxed);
    return status;
}

/// UNSUPPORTED was the device's answer. False: it is none that it may give.
bool QueueCore::leave_to_cpu(Slot &slot)
{
    const bool converts = !slot.has_transfer && slot.run->steps()[slot.step].kind == Step::Kind::Copy;
    if (!slot.has_transfer && !converts && slot.carried_count == 0)
        return false;
    // Waits are taken back first: the device may still copy without them.
    const bool waits = slot.carried_count != 0;
    if (!waits && converts)
        slot.run->conversion(slot.run->steps()[slot.step]).refused.store(true, std::memory_order_relaxed);
    else if (!waits)
        slot.transfer.device = UINT32_MAX;
    // The first step may have been let start behind work that the device still does, which the CPU has to wait for.
    if (waits || !converts || slot.step == 0)
        take_back(slot);
    return true;
}

accel_status QueueCore::submit_native(Slot &slot)
{
    if (slot.step == 0 && !settle_carried(slot))
        return ACCEL_STATUS_OK;
    const uint32_t device = step_device(slot);
    QueueDevice &queue = queues_[device];
    const bool last = slot.step + 1 == step_count(slot);
    uint32_t flags = 0;
    if (last && slot.wants_fence && queue.open->info().fence_export_kinds & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE))
        flags = ACCEL_BK_SUBMIT_FLAG_FENCE;
    else
        slot.wants_fence &= !last;
    slot.segment_begin_ns = trace_now();
    if (slot.run)
        slot.run->note_begin(slot.step);
    clear_module_error();
    const bool moves = slot.has_transfer || slot.run->steps()[slot.step].kind == Step::Kind::Copy;
    const accel_status status = slot.has_transfer ? submit_transfer(slot, queue, flags) : moves ? submit_conversion(slot, queue, flags)
                                                                                                : submit_run(slot, queue, flags);
    if (status == ACCEL_STATUS_UNSUPPORTED && leave_to_cpu(slot))
        return ACCEL_STATUS_OK;
    if (status != ACCEL_STATUS_OK) [[unlikely]] {
        note_loss(status, device);
        return blame(slot, device, status, moves ? "queue_transfer" : "queue_submit");
    }
    if (!queue.submitted(slot.ticket)) [[unlikely]]
        return refuse_ticket(slot, device);
    slot.device = device;
    slot.executing = true;
    if (last)
        slot.state = State::Native;
    return ACCEL_STATUS_OK;
}

/// The device may still be at work on it.
void QueueCore::keep_memory(Slot &slot)
{
    if (slot.run)
        slot.run->keep_memory();
    for (const auto *buffer : {&slot.transfer.source, &slot.transfer.destination})
        if (*buffer)
            (*buffer)->keep();
}

void QueueCore::note_loss(accel_status status, uint32_t device)
{
    if (!is_loss(status))
        return;
    if (lost_ == ACCEL_STATUS_OK)
        lost_ = status;
    if (status != ACCEL_STATUS_CONTEXT_LOST)
        queues_[device].open->mark_lost(status);
}

/// Nobody can wait for a ticket that does not count, so the queue ends with it, and what the device may be at work on stays.
accel_status QueueCore::refuse_ticket(Slot &slot, uint32_t device)
{
    const QueueDevice &queue = queues_[device];
    snprintf(slot.detail, sizeof slot.detail, "module '%s' gave ticket %llu, expected %llu (rule M-3)", queue.open->module_name(),
             static_cast<unsigned long long>(slot.ticket), static_cast<unsigned long long>(queue.latest_ticket() + 1));
    keep_memory(slot);
    note_loss(ACCEL_STATUS_CONTEXT_LOST, device);
    return ACCEL_STATUS_INTERNAL;
}

/// An answer that no ticket ends with tells nothing of the work, which may go on: what it uses stays.
accel_status QueueCore::refuse_end(Slot &slot, accel_status status)
{
    keep_memory(slot);
    const accel_status blamed = blame(slot, slot.device, status, "queue_wait");
    if (blamed != ACCEL_STATUS_INTERNAL)
        snprintf(slot.detail, sizeof slot.detail, "module '%s' answered %s to 'queue_wait', which no ticket ends with (rule M-18)", queues_[slot.device].open->module_name(),
                 accel_status_name(status));
    return ACCEL_STATUS_INTERNAL;
}

/// Keep what the module said about a failure, for whoever asks the fence. The calling thread's own error detail stays as it is.
accel_status QueueCore::blame(Slot &slot, uint32_t device, accel_status status, const char *what)
{
    const QueueDevice &queue = queues_[device];
    if (!is_known(status)) {
        snprintf(slot.detail, sizeof slot.detail, "module '%s' answered %d to '%s', which is no status", queue.open->module_name(), static_cast<int>(status), what);
        status = ACCEL_STATUS_INTERNAL;
    } else {
        const char *said = module_error();
        snprintf(slot.detail, sizeof slot.detail, "device '%s'%s%s", queue.id, *said ? ": " : " (it gave no detail)", said);
    }
    clear_module_error();
    return status;
}

/// What has become of the slot's ticket: TIMEOUT while it is being executed.
accel_status QueueCore::look(Slot &slot)
{
    const QueueDevice &queue = queues_[slot.device];
    const accel_status status = queue.wait(slot.ticket, 0);
    if (status == ACCEL_STATUS_OK) [[likely]] {
        end_span(slot);
        if (slot.run && slot.run->program().files_in_use()) {
            if (const accel_status judged = judge_files(slot); judged != ACCEL_STATUS_OK)
                return judged;
        }
        if (const accel_status judged = judge_sizes(slot, status); judged != ACCEL_STATUS_OK) [[unlikely]]
            return judged;
        return slot.carried_count == 0 ? status : judge_carried(slot, status);
    }
    if (status == ACCEL_STATUS_TIMEOUT)
        return status;
    end_span(slot);
    if (!ends_ticket(status))
        return refuse_end(slot, status);
    note_loss(status, slot.device);
    if (queue.open->abandoned())
        keep_memory(slot);
    accel_status blamed = blame(slot, slot.device, status, "queue_wait");
    if (blamed == ACCEL_STATUS_LIMIT)
        blamed = judge_sizes(slot, blamed);
    return slot.carried_count == 0 ? blamed : judge_carried(slot, blamed);
}

namespace {

accel_status ask_fence(const QueueDevice &queue, uint64_t ticket, int *out_fd)
{
    return ask_module(queue.open->module_name(), "queue_fence", [&] { return queue.open->ops().queue_fence(queue.queue, ticket, ACCEL_HANDLE_KIND_SYNC_FILE, out_fd); });
}

}  // namespace

void QueueCore::keep_sync_files(Slot &slot)
{
    const QueueDevice &queue = queues_[slot.device];
    // The job's own fence says nothing of a carried wait that failed.
    if (slot.carried_count && slot.status != ACCEL_STATUS_OK)
        return;
    for (uint32_t i = 0; i < slot.signal_count; ++i) {
        accel_fence &fence = *slot.signals[i].fence;
        int fd = -1;
        if (fence.wants_sync_file(slot.status) && ask_fence(queue, slot.ticket, &fd) == ACCEL_STATUS_OK && fd >= 0)
            fence.keep_sync_file(border::Fd(fd), slot.status);
    }
}

accel_status QueueCore::sync_file(uint64_t sequence, int *out_fd)
{
    const Lock guard(lock_);
    const Slot *found = sequence >= head_ && sequence < tail_ ? &slot(sequence) : nullptr;
    if (!found || found->state != State::Native)
        return fail(ACCEL_STATUS_NOT_READY, "F-1", nullptr, "the work that signals this value was not handed to the kernel yet; try again later");
    const QueueDevice &queue = queues_[found->device];
    if (!found->wants_fence || !queue.open->ops().queue_fence)
        return fail(ACCEL_STATUS_UNSUPPORTED, "F-1", nullptr, "device '%s' does not signal sync_files", queue.id);
    clear_module_error();
    *out_fd = -1;
    const accel_status status = ask_fence(queue, found->ticket, out_fd);
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, queue.open->module_name(), "queue_fence", nullptr);
    return *out_fd >= 0 ? status : fail(ACCEL_STATUS_INTERNAL, "M-9", nullptr, "module '%s' answered OK to 'queue_fence' without a descriptor", queue.open->module_name());
}

}  // namespace accel::runtime
