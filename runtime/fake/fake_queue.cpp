// SPDX-License-Identifier: MIT
// Queues of the fakes: work ends when a test lets it, in whoever looks.
#include "fake_queue.h"

#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/clock.h"

namespace accel::runtime::fake {

namespace {

// One lock and condition for all gates: tests only.
std::mutex gate_lock;
std::condition_variable gate_opened;

void execute(accel_bk_run &run)
{
    const accel_bk_program &program = *run.program;
    for (uint32_t output = 0; output < program.output_count; ++output) {
        auto *to = static_cast<uint8_t *>(run.bindings[program.input_count + output].buffer->memory) + run.bindings[program.input_count + output].offset_bytes;
        for (uint64_t i = 0; i < program.size_bytes; ++i) {
            uint8_t sum = program.addend;
            for (uint32_t input = 0; input < program.input_count; ++input)
                sum = static_cast<uint8_t>(sum + static_cast<uint8_t *>(run.bindings[input].buffer->memory)[run.bindings[input].offset_bytes + i]);
            to[i] = sum;
        }
    }
}

void execute(const accel_bk_transfer &transfer)
{
    auto *to = static_cast<uint8_t *>(transfer.destination->memory) + transfer.destination_offset_bytes;
    if (transfer.source)
        memcpy(to, static_cast<uint8_t *>(transfer.source->memory) + transfer.source_offset_bytes, transfer.size_bytes);
    else
        memset(to, static_cast<int>(transfer.fill_value & 0xff), transfer.size_bytes);
}

// As a kernel's scheduler does: a fence with an error ends the wait, the job runs.
bool waits_are_over(accel_bk_queue::Entry &entry)
{
    for (const int fd : entry.waits) {
        pollfd wanted = {fd, POLLIN, 0};
        if (poll(&wanted, 1, 0) == 0)
            return false;
    }
    for (const int fd : entry.waits)
        close(fd);
    entry.waits.clear();
    return true;
}

// Executes what the gate lets through. Called with the queue's lock held.
void advance(accel_bk_queue &queue)
{
    Control &control = *queue.device->control;
    while (queue.finished < queue.submitted) {
        accel_bk_queue::Entry &entry = queue.entries[queue.finished % accel_bk_queue::kDepth];
        if (!waits_are_over(entry) && !control.ignores_fences)
            return;
        if (control.gated) {
            uint64_t credit = control.released.load();
            do {
                if (credit == 0)
                    return;
            } while (!control.released.compare_exchange_weak(credit, credit - 1));
        }
        const accel_status status = control.next_failure.exchange(ACCEL_STATUS_OK);
        if (status == ACCEL_STATUS_OK)
            entry.run ? execute(*entry.run) : execute(entry.transfer);
        queue.results[queue.finished % accel_bk_queue::kDepth] = status;
        ++control.executed_count;
        ++queue.finished;
        queue.changed.notify_all();
    }
}

accel_status append(accel_bk_queue &queue, accel_bk_queue::Entry entry, const int32_t *wait_fds, uint32_t wait_fd_count, uint64_t *out_ticket)
{
    if (queue.submitted - queue.finished == accel_bk_queue::kDepth)
        return ACCEL_STATUS_BUSY;
    if (wait_fd_count && queue.device->control->refuses_fences)
        return ACCEL_STATUS_UNSUPPORTED;
    for (uint32_t i = 0; i < wait_fd_count; ++i)
        entry.waits.push_back(dup(wait_fds[i]));
    queue.device->control->wait_fd_count += wait_fd_count;
    queue.entries[queue.submitted % accel_bk_queue::kDepth] = std::move(entry);
    *out_ticket = ++queue.submitted;
    ++queue.device->control->submit_count;
    return ACCEL_STATUS_OK;
}

/// A call that does not come back while the test says so. Afterwards it looks once: at what the library has kept, should the device be given up.
class Hang {
public:
    explicit Hang(Control &control) : control_(control)
    {
        ++control_.hanging_count;
        for (; control_.hangs; happened_ = true)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ~Hang() { --control_.hanging_count; }
    Hang(const Hang &) = delete;
    Hang &operator=(const Hang &) = delete;
    bool happened() const { return happened_; }

private:
    Control &control_;
    bool happened_ = false;
};

}  // namespace

accel_status queue_create(accel_bk_device *device, const accel_bk_queue_desc *, accel_bk_queue **out)
{
    if (device->control->blank)
        return ACCEL_STATUS_OK;
    *out = known(new accel_bk_queue{device, {}, {}});
    ++device->control->live_count;
    return ACCEL_STATUS_OK;
}
void queue_destroy(accel_bk_queue *queue)
{
    Control &control = *queue->device->control;
    --control.live_count;
    delete queue;
    may_throw(control, "queue_destroy");
}

accel_status queue_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out_ticket)
{
    may_throw(*queue->device->control, "queue_submit");
    const accel_status answer = queue->device->control->submit_answer.load();
    if (answer != ACCEL_STATUS_OK || queue->device->control->blank)
        return answer;
    const std::lock_guard guard(queue->lock);
    return append(*queue, {submit->run, {}, {}}, submit->wait_fds, submit->wait_fd_count, out_ticket);
}

accel_status queue_transfer(accel_bk_queue *queue, const accel_bk_transfer *transfer, uint64_t *out_ticket)
{
    Control &control = *queue->device->control;
    may_throw(control, "queue_transfer");
    if (transfer->source_view || transfer->destination_view)
        return ACCEL_STATUS_UNSUPPORTED;
    if (const accel_status answer = control.transfer_answer.load(); answer != ACCEL_STATUS_OK)
        return answer;
    const std::lock_guard guard(queue->lock);
    const accel_status status = append(*queue, {nullptr, *transfer, {}}, transfer->wait_fds, transfer->wait_fd_count, out_ticket);
    control.transfer_count += status == ACCEL_STATUS_OK;
    return status;
}

accel_status queue_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    may_throw(*queue->device->control, "queue_wait");
    if (timeout_ns)
        queue->device->control->blocking_waiter = static_cast<uint64_t>(gettid());
    const Hang hang(*queue->device->control);
    const uint64_t deadline_ns = timeout_ns && !hang.happened() ? deadline_after(timeout_ns) : 0;
    for (;;) {
        {
            const std::lock_guard guard(queue->lock);
            advance(*queue);
            if (queue->finished >= ticket)
                return queue->results[(ticket - 1) % accel_bk_queue::kDepth];
        }
        if (deadline_ns == 0 || remaining_ns(deadline_ns) == 0)
            return ACCEL_STATUS_TIMEOUT;
        std::unique_lock lock(gate_lock);
        gate_opened.wait_for(lock, std::chrono::microseconds(200));
    }
}

accel_status queue_fence(accel_bk_queue *queue, uint64_t, accel_handle_kind, int *out)
{
    may_throw(*queue->device->control, "queue_fence");
    return give_fd(*queue->device->control, out);
}

accel_status queue_cancel(accel_bk_queue *queue, uint64_t ticket)
{
    may_throw(*queue->device->control, "queue_cancel");
    if (ticket != 0)
        return ACCEL_STATUS_UNSUPPORTED;
    const std::lock_guard guard(queue->lock);
    ++queue->device->control->cancel_count;
    if (queue->device->control->deaf)
        return ACCEL_STATUS_OK;
    for (; queue->finished < queue->submitted; ++queue->finished) {
        for (const int fd : queue->entries[queue->finished % accel_bk_queue::kDepth].waits)
            close(fd);
        queue->entries[queue->finished % accel_bk_queue::kDepth].waits.clear();
        queue->results[queue->finished % accel_bk_queue::kDepth] = ACCEL_STATUS_CANCELLED;
    }
    queue->changed.notify_all();
    return ACCEL_STATUS_OK;
}

void Control::release(uint64_t count)
{
    released += count;
    gate_opened.notify_all();
}

}  // namespace accel::runtime::fake
