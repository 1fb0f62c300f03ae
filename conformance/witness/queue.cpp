// SPDX-License-Identifier: MIT
// Queues of the witness, each with a thread that works.
#include "queue.h"

#include <chrono>
#include <cstring>
#include <string>

#include "elements.h"
#include "memory.h"
#include "open.h"

namespace accel::witness {

namespace {

void mark(accel_bk_run *run, int change)
{
    run->in_flight += change;
    for (auto &port : run->ports) port.buffer->in_flight += change;
}

accel_status execute(accel_bk_run &run)
{
    if (run.graph->open) return execute_open(run);
    if (const Side &elements = run.graph->elements; !elements.dims.empty()) {
        for_each_index(elements.dims, [&](const std::vector<int64_t> &index) {
            const auto at = [&](size_t port) { return reinterpret_cast<float *>(memory(run.ports[port].buffer) + run.ports[port].offset_bytes + offset_of(elements, index)); };
            *at(2) = *at(0) + *at(1);
        });
        return ACCEL_STATUS_OK;
    }
    const auto at = [&](size_t port) { return reinterpret_cast<float *>(memory(run.ports[port].buffer) + run.ports[port].offset_bytes); };
    const float *a = at(0), *b = run.graph->constant ? run.graph->constant : at(1);
    float *y = at(run.graph->port_count() - 1);
    for (uint64_t index = 0; index < run.graph->element_count; ++index) y[index] = a[index] + b[index];
    return ACCEL_STATUS_OK;
}

void mark(const Work &conversion, int change)
{
    conversion.from.buffer->in_flight += change;
    conversion.to.buffer->in_flight += change;
}

/// Element by element, F32 only.
void convert(const Side &from, const Side &to)
{
    for_each_index(from.dims, [&](const std::vector<int64_t> &index) {
        std::memcpy(memory(to.buffer) + offset_of(to, index), memory(from.buffer) + offset_of(from, index), sizeof(float));
    });
}

void work(accel_bk_queue *queue)
{
    std::unique_lock guard(queue->lock);
    for (;;) {
        queue->changed.wait(guard, [&] { return queue->ending || !queue->pending.empty(); });
        if (queue->pending.empty()) return;
        while (ledger().hold && !queue->ending) queue->changed.wait_for(guard, std::chrono::milliseconds(1));
        if (queue->pending.empty()) continue;
        Work next = queue->pending.front();
        if (next.answer == ACCEL_STATUS_OK && next.run) next.answer = execute(*next.run);
        if (next.answer == ACCEL_STATUS_OK && !next.run) convert(next.from, next.to);
        if (next.run)
            mark(next.run, -1);
        else
            mark(next, -1);
        queue->pending.pop_front();
        queue->answers.push_back(next.answer);
        queue->changed.notify_all();
    }
}

}  // namespace

accel_status queue_create(accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out)
{
    *out = nullptr;
    if (!expect_alive(devices(), device, "queue_create")) return ACCEL_STATUS_INTERNAL;
    expect(desc->struct_size == sizeof(*desc) && desc->priority >= ACCEL_PRIORITY_BACKGROUND && desc->priority <= ACCEL_PRIORITY_REALTIME, "H-5", "queue_create: size or priority");
    expect(desc->depth >= 1 && desc->depth <= ledger().queue_depth, "H-8", "queue_create: a depth of " + std::to_string(desc->depth));
    auto *queue = new accel_bk_queue;
    queue->device = device;
    queue->depth = desc->depth;
    queue->priority = desc->priority;
    ledger().ranked("queue_create", desc->priority);
    queue->worker = std::thread(work, queue);
    ++device->objects;
    queues().add(queue);
    *out = queue;
    return ACCEL_STATUS_OK;
}

void queue_destroy(accel_bk_queue *queue)
{
    if (!expect_alive(queues(), queue, "queue_destroy")) return;
    {
        const std::lock_guard guard(queue->lock);
        expect(queue->pending.empty(), "H-2", "queue_destroy while " + std::to_string(queue->pending.size()) + " submissions are in flight");
        queue->ending = true;
        queue->changed.notify_all();
    }
    queue->worker.join();
    --queue->device->objects;
    queues().remove(queue);
    delete queue;
}

namespace {

void check_submission(accel_bk_queue *queue, const accel_bk_submit *submit)
{
    expect(submit->struct_size == sizeof(*submit) && (submit->flags & ~static_cast<uint32_t>(ACCEL_BK_SUBMIT_FLAG_FENCE)) == 0, "H-5", "queue_submit: size or flags");
    expect(submit->wait_fd_count == 0 && (submit->flags & ACCEL_BK_SUBMIT_FLAG_FENCE) == 0, "H-6", "queue_submit: fences that were never claimed");
    expect(queue->pending.size() < queue->depth, "H-8", "more submissions than the queue is deep");
}

}  // namespace

accel_status queue_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out)
{
    if (!expect_alive(queues(), queue, "queue_submit") || !expect_alive(runs(), submit->run, "queue_submit", false)) return ACCEL_STATUS_INTERNAL;
    expect(queue->submitting++ == 0, "H-4", "two queue_submits of one queue at once");
    accel_status status = take(ledger().submit_answer);
    if (status == ACCEL_STATUS_OK) {
        const std::lock_guard guard(queue->lock);
        check_submission(queue, submit);
        expect(submit->run->in_flight == 0, "H-3", "queue_submit of a run in flight");
        const bool is_bound = submit->run->ports.size() == submit->run->graph->port_count();
        expect(is_bound, "H-7", "queue_submit before run_bind");
        if (is_bound) {
            mark(submit->run, 1);
            *out = ++queue->submitted;
            ledger().ranked("queue_submit", queue->priority);
            queue->pending.push_back({submit->run, *out, take(ledger().ticket_answer), submit->flags, {}, {}});
            queue->changed.notify_all();
        } else {
            status = ACCEL_STATUS_INVALID_ARGUMENT;
        }
    }
    --queue->submitting;
    return status;
}

namespace {

Side side_of(accel_bk_buffer *buffer, uint64_t offset_bytes, const accel_bk_view &view)
{
    expect(view.struct_size == sizeof(view) && view.layout && view.layout->struct_size == sizeof(accel_layout), "H-5", "queue_transfer: size of a view or its layout");
    expect(view.type == ACCEL_TYPE_F32, "H-5", "queue_transfer: a type that no program here has");
    expect_alive(buffers(), buffer, "queue_transfer", false);
    expect(holds(buffer, offset_bytes, view.layout->size_bytes), "H-7", "queue_transfer: memory beyond its buffer");
    return {buffer, offset_bytes, {view.layout->steps, view.layout->steps + view.layout->step_count}, {view.dims, view.dims + view.rank}};
}

}  // namespace

/// Conversions without padding to fill, if told so; all else is left to the library.
accel_status queue_transfer(accel_bk_queue *queue, const accel_bk_transfer *transfer, uint64_t *out)
{
    if (!expect_alive(queues(), queue, "queue_transfer")) return ACCEL_STATUS_INTERNAL;
    expect(transfer->struct_size == sizeof(*transfer) && transfer->reserved == 0 && transfer->wait_fd_count == 0, "H-5", "queue_transfer: size, or fences that were never claimed");
    expect((transfer->source_view != nullptr) == (transfer->destination_view != nullptr), "H-5", "queue_transfer: one view of two");
    if (!transfer->source_view || !transfer->destination_view || !ledger().converts || transfer->destination_view->layout->padding != ACCEL_PADDING_ANY) return ACCEL_STATUS_UNSUPPORTED;
    expect(transfer->size_bytes == 0, "H-5", "queue_transfer: a conversion with a size");
    Work conversion{nullptr, 0, ACCEL_STATUS_OK, transfer->flags, side_of(transfer->source, transfer->source_offset_bytes, *transfer->source_view),
                    side_of(transfer->destination, transfer->destination_offset_bytes, *transfer->destination_view)};
    const std::lock_guard guard(queue->lock);
    expect(queue->pending.size() < queue->depth, "H-8", "more submissions than the queue is deep");
    mark(conversion, 1);
    conversion.ticket = *out = ++queue->submitted;
    queue->pending.push_back(std::move(conversion));
    queue->changed.notify_all();
    return ACCEL_STATUS_OK;
}

accel_status queue_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    if (!expect_alive(queues(), queue, "queue_wait")) return ACCEL_STATUS_INTERNAL;
    std::unique_lock guard(queue->lock);
    expect(ticket >= 1 && ticket <= queue->submitted, "H-5", "queue_wait for a ticket that was never given");
    const auto is_done = [&] { return queue->answers.size() >= ticket; };
    // Longer than a century is for ever, and what the clock can add.
    if (timeout_ns > uint64_t{1} << 61)
        queue->changed.wait(guard, is_done);
    else
        queue->changed.wait_for(guard, std::chrono::nanoseconds(timeout_ns), is_done);
    return is_done() ? queue->answers[ticket - 1] : ACCEL_STATUS_TIMEOUT;
}

accel_status queue_cancel(accel_bk_queue *queue, uint64_t ticket)
{
    if (!expect_alive(queues(), queue, "queue_cancel")) return ACCEL_STATUS_INTERNAL;
    const std::lock_guard guard(queue->lock);
    expect(ticket <= queue->submitted, "H-5", "queue_cancel of a ticket that was never given");
    for (auto &next : queue->pending)
        if (ticket == 0 || ticket == next.ticket) next.answer = ACCEL_STATUS_CANCELLED;
    return ACCEL_STATUS_OK;
}

}  // namespace accel::witness
