// SPDX-License-Identifier: MIT
// Submits jobs, waits for them, and tells a fault from a hang and from a lost device.
#include "queue.h"

#include "drm/span.h"
#include "module/host.h"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstddef>

namespace accel::ethosu {
namespace {

// SUBMIT wakes the NPU. What it answers when that fails is known from Linux 7.3: ETIMEDOUT when the
// reset does not complete, EACCES when the driver has let go of the device.
accel_status status_of_submit(int negative_errno)
{
    switch (-negative_errno) {
    case EOVERFLOW:
        return ACCEL_STATUS_INVALID_ARGUMENT;
    case ETIMEDOUT:
        return ACCEL_STATUS_DEVICE_LOST;
    case EACCES:
        return ACCEL_STATUS_DEVICE_GONE;
    default:
        return drm::status_of(negative_errno);
    }
}

const char *meaning_of_submit(int negative_errno)
{
    switch (-negative_errno) {
    case ETIMEDOUT:
        return "the NPU does not come out of its reset";
    case EACCES:
        return "the kernel driver has let go of the NPU";
    default:
        return "the driver refuses the job";
    }
}

// Answers of a wait that could not be made, and so none about the job. Of a model that plays the
// device ENOMEM is one about the job: there is no fence.
bool is_no_answer(int negative_errno, bool has_fence)
{
    switch (-negative_errno) {
    case ETIME:
    case EINTR:
    case EAGAIN:
    case EMFILE:
    case ENFILE:
        return true;
    case ENOMEM:
        return has_fence;
    default:
        return false;
    }
}

int64_t as_timeout(uint64_t deadline_ns) { return static_cast<int64_t>(std::min<uint64_t>(deadline_ns, INT64_MAX)); }

}  // namespace

int Queue::look(const drm::Fd &fence, Scratch &scratch, uint64_t deadline_ns) const
{
    if (fence.valid())
        return device_.node().fence_wait(fence, deadline_ns);
    uapi::BoWait request{scratch.buffer().handle(), 0, as_timeout(deadline_ns)};
    const int result = device_.node().request(uapi::kBoWait, &request, {drm::span_instant(offsetof(uapi::BoWait, timeout_ns))});
    return result == -ETIMEDOUT ? -ETIME : result;
}

// From submission, or from the end of the job before it, to its own end. The kernel keeps
// the ends; without its fences, the job ends when it is asked about.
Scratch::Times Queue::times_of(const Slot &slot, bool &from_kernel) const
{
    Scratch::Times times{slot.submitted_ns, drm::now_ns()};
    uint64_t fence_ns = 0;
    from_kernel = slot.fence.valid() && device_.node().fence_time(slot.fence, fence_ns) == 0;
    if (from_kernel)
        times.end_ns = fence_ns;
    const Slot &before = slot_of(slot.ticket - 1);
    if (before.ticket == slot.ticket - 1 && before.fence.valid() && device_.node().fence_time(before.fence, fence_ns) == 0)
        times.begin_ns = std::max(times.begin_ns, fence_ns);
    times.end_ns = std::max(times.begin_ns, times.end_ns);
    return times;
}

// The kernel marks a job that it gave up with ECANCELED, whether it hung or broke
// the bus; a hang is known by the time that it took.
void Queue::settle(Slot &slot, int result) const
{
    if (slot.finished)
        return;
    slot.finished = true;
    const bool receipt = slot.scratch->has(slot.receipt);
    bool from_kernel = false;
    Scratch::Times times;
    if (result == -ECANCELED || slot.scratch->times())
        times = times_of(slot, from_kernel);
    if (slot.scratch->times())
        *slot.scratch->times() = from_kernel ? times : Scratch::Times{};
    slot.scratch.reset();
    if (result == 0)
        slot.result = receipt ? ACCEL_STATUS_OK : ACCEL_STATUS_JOB_FAILED;
    else if (result == -ENODEV)
        slot.result = ACCEL_STATUS_DEVICE_GONE;
    else if (result == -ENOMEM)
        slot.result = ACCEL_STATUS_OUT_OF_MEMORY;  // of a model that plays the device: the kernel's jobs never end so
    else if (result == -ECANCELED && times.end_ns - times.begin_ns >= kJobTimeoutNs)
        slot.result = ACCEL_STATUS_JOB_TIMEOUT;
    else
        slot.result = ACCEL_STATUS_JOB_FAILED;
}

accel_status Queue::free_slot(Slot &slot)
{
    if (!slot.finished) {
        const int result = look(slot.fence, *slot.scratch, 0);
        if (is_no_answer(result, slot.fence.valid()))
            return ACCEL_STATUS_BUSY;
        settle(slot, result);
    }
    return slot.waiters == 0 ? ACCEL_STATUS_OK : ACCEL_STATUS_BUSY;
}

// A foreign fence becomes a writer of the run's scratch: the job takes it as a
// dependency, and no buffer of the application is touched.
accel_status Queue::take_waits(const Run &run, std::span<const int32_t> wait_fds) const
{
    for (const int32_t fd : wait_fds) {
        if (run.scratch_dma_buf() == nullptr)
            return module::fail(ACCEL_STATUS_UNSUPPORTED, "", "this device cannot wait for a sync_file");
        if (const int error = device_.node().fence_to(*run.scratch_dma_buf(), ACCEL_ACCESS_WRITE, fd))
            return module::fail(drm::status_of(error), "", "a sync_file to wait for is refused: errno %d", -error);
    }
    return ACCEL_STATUS_OK;
}

// The job's fence as a sync_file, and as a reader on what the job only reads. The
// driver leaves no fence there, so without this a writer would not wait. The job
// is queued already: what fails here costs precision, never the result.
void Queue::publish(const Run &run, Slot &slot) const
{
    if (run.scratch_dma_buf() == nullptr)
        return;
    if (const int error = device_.node().fence_from(*run.scratch_dma_buf(), ACCEL_ACCESS_READ, slot.fence)) {
        module::warn("no sync_file for a job (errno %d): its failure will not be seen", -error);
        return;
    }
    for (const drm::Fd *input : run.inputs())
        if (const int error = device_.node().fence_to(*input, ACCEL_ACCESS_READ, slot.fence.get()))
            module::warn("an input is not protected from early writers: errno %d", -error);
}

accel_status Queue::submit(const Run &run, std::span<const int32_t> wait_fds, uint64_t &ticket)
{
    if (const accel_status fault = module::fault_point("ethosu.submit"))
        return fault;
    if (!run.bound())
        return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-4", "the run has no buffers yet");
    const std::lock_guard lock(mutex_);
    Slot &slot = slot_of(last_ticket_ + 1);
    if (const accel_status status = free_slot(slot))
        return status;
    if (const accel_status status = take_waits(run, wait_fds))
        return status;
    uint8_t receipt = 0;
    if (const accel_status status = run.scratch()->ask(receipt))
        return status;
    uapi::Job job = run.job();
    uapi::Submit request{reinterpret_cast<uint64_t>(&job), 1, 0};
    const uint64_t submitted_ns = drm::now_ns();
    if (const int error = device_.node().request(uapi::kSubmit, &request, {drm::span_in(offsetof(uapi::Submit, jobs), &job, sizeof job)}))
        return module::fail(status_of_submit(error), "", "%s: errno %d", meaning_of_submit(error), -error);
    slot.ticket = ++last_ticket_;
    slot.submitted_ns = submitted_ns;
    slot.scratch = run.scratch();
    slot.receipt = receipt;
    slot.finished = false;
    slot.result = ACCEL_STATUS_OK;
    slot.fence = drm::Fd();
    publish(run, slot);
    ticket = slot.ticket;
    return ACCEL_STATUS_OK;
}

accel_status Queue::wait(uint64_t ticket, uint64_t timeout_ns)
{
    std::unique_lock lock(mutex_);
    Slot &slot = slot_of(ticket);
    if (ticket == 0 || ticket > last_ticket_)
        return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "M-3", "ticket %" PRIu64 " was never given", ticket);
    if (slot.ticket != ticket)
        return ACCEL_STATUS_OK;  // so old that its slot serves a later ticket
    if (slot.finished)
        return slot.result;
    ++slot.waiters;                                         // keeps fence and ticket of the slot
    const std::shared_ptr<Scratch> scratch = slot.scratch;  // another waiter may settle first
    lock.unlock();
    const int result = look(slot.fence, *scratch, timeout_ns == 0 ? 0 : drm::deadline_after(timeout_ns));
    lock.lock();
    --slot.waiters;
    if (!slot.finished && is_no_answer(result, slot.fence.valid()))
        return ACCEL_STATUS_TIMEOUT;
    settle(slot, result);
    return slot.result;
}

accel_status Queue::fence(uint64_t ticket, int &fd)
{
    const std::lock_guard lock(mutex_);
    const Slot &slot = slot_of(ticket);
    if (ticket == 0 || slot.ticket != ticket)
        return module::fail(ACCEL_STATUS_NOT_FOUND, "M-3", "ticket %" PRIu64 " is not among the latest %u", ticket, depth_);
    if (!slot.fence.valid())
        return module::fail(ACCEL_STATUS_UNSUPPORTED, "", "this submission has no sync_file");
    const auto copy = slot.fence.duplicate();
    if (!copy)
        return module::fail(ACCEL_STATUS_RESOURCE, "", "no file descriptor is left");
    fd = *copy;
    return ACCEL_STATUS_OK;
}

}  // namespace accel::ethosu
