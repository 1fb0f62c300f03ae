// SPDX-License-Identifier: MIT
// Entry points of the queue: check, call, return.
#include <algorithm>

#include "base/check.h"
#include "base/trace.h"
#include "instance/device_set.h"
#include "program/program.h"
#include "queue/core.h"
#include "run/run.h"

using namespace accel::runtime;

accel_queue::accel_queue(Ref<QueueCore> core) : Object(ObjectType::Queue),
                                                core_(std::move(core)) { core_->set_id(id()); }

accel_queue::~accel_queue() { core_->shutdown(); }

namespace {

constexpr uint32_t kDepthDefault = 64;
constexpr uint32_t kPointsMax = 1 << 16;

accel_status create(const accel_queue_desc &desc, accel_queue **out_queue)
{
    if (desc.flags)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "desc.flags is 0x%x, expected 0", desc.flags);
    ACCEL_TRY(check_priority(desc.priority));
    std::vector<std::shared_ptr<OpenDevice>> open;
    accel_instance *instance = nullptr;
    ACCEL_TRY(open_device_set(desc.devices, desc.device_count, "desc.devices", &open, &instance));
    std::vector<Ref<accel_device>> devices;
    for (uint32_t i = 0; i < desc.device_count; ++i) {
        if (std::find(desc.devices, desc.devices + i, desc.devices[i]) != desc.devices + i)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "Q-7", desc.devices[i], "desc.devices[%u] is in the set twice", i);
        devices.emplace_back(desc.devices[i]);
    }
    Ref<QueueCore> core;
    ACCEL_TRY(QueueCore::make(std::move(devices), std::move(open), desc.depth ? desc.depth : kDepthDefault, desc.priority, &core));
    *out_queue = new accel_queue(std::move(core));
    return ACCEL_STATUS_OK;
}

accel_status check_points(const QueueCore &core, const accel_fence_point *points, uint32_t count, const char *name)
{
    if (count == 0) [[likely]]
        return ACCEL_STATUS_OK;
    if (!points || count > kPointsMax)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", nullptr, "%s is %s, its count is %u", name, points ? "too long" : "NULL", count);
    for (uint32_t i = 0; i < count; ++i) {
        ACCEL_TRY(check_handle(points[i].fence, name));
        if (points[i].fence->instance() != core.instance())
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", points[i].fence, "%s[%u].fence is of another instance than the queue", name, i);
        ACCEL_TRY(check_value(points[i].value, name, points[i].fence));
    }
    return ACCEL_STATUS_OK;
}

// The answer for the latest queue is kept in the run.
accel_status check_contained(const accel_queue &queue, accel_run &run)
{
    if (run.checked_queue_id.load(std::memory_order_relaxed) == queue.id()) [[likely]]
        return ACCEL_STATUS_OK;
    const accel_program &program = run.program();
    for (const Ref<accel_device> &device : program.devices) {
        bool found = false;
        for (const Ref<accel_device> &own : queue.core().devices())
            found |= own.get() == device.get();
        if (!found)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "Q-7", &queue, "the program was built for a set with device '%s', which the queue does not have",
                        device->entry().id());
    }
    for (uint32_t i = 0; i < run.entry().segments.size(); ++i)
        if (queue.core().position(run.segment(i).device.get()) == UINT32_MAX)
            return fail(run.segment(i).device->lost() != ACCEL_STATUS_OK ? run.segment(i).device->lost() : ACCEL_STATUS_INVALID_ARGUMENT, "Q-12", &queue,
                        "the device of the run and the device of the queue were opened at different times; one of them was lost in between");
    run.checked_queue_id.store(queue.id(), std::memory_order_relaxed);
    return ACCEL_STATUS_OK;
}

accel_status submit(accel_queue &queue, const accel_submit &in)
{
    if (in.flags || in.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", &queue, "submit.flags (0x%x) or submit.reserved is not 0", in.flags);
    ACCEL_TRY(check_points(queue.core(), in.waits, in.wait_count, "submit.waits"));
    ACCEL_TRY(check_points(queue.core(), in.signals, in.signal_count, "submit.signals"));
    if (in.run) {
        ACCEL_TRY(check_handle(in.run, "submit.run"));
        if (!in.run->has_sizes()) [[unlikely]]
            return in.run->check_ready();  // it is made of nothing yet
        ACCEL_TRY(check_contained(queue, *in.run));
        ACCEL_TRY(in.run->check_ready());
        if (const FileSet *files = in.run->program().files_in_use(); files && files->lost()) [[unlikely]]
            return files->verify(in.run);
    }
    Submission submission;
    submission.run = in.run;
    submission.waits = in.waits;
    submission.signals = in.signals;
    submission.wait_count = in.wait_count;
    submission.signal_count = in.signal_count;
    submission.deadline_ns = in.deadline_ns;
    return queue.core().submit(submission, &queue);
}

accel_status check_range(const accel_buffer &buffer, uint64_t offset_bytes, uint64_t size_bytes, const char *name)
{
    if (offset_bytes > buffer.size_bytes() || size_bytes > buffer.size_bytes() - offset_bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "Q-6", &buffer, "op.%s: %llu bytes at %llu do not lie inside the buffer's %llu", name,
                    static_cast<unsigned long long>(size_bytes), static_cast<unsigned long long>(offset_bytes),
                    static_cast<unsigned long long>(buffer.size_bytes()));
    return ACCEL_STATUS_OK;
}

accel_status check_transfer(const accel_queue &queue, const accel_transfer_op &op)
{
    if (op.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", &queue, "op.reserved is not 0");
    if (op.source ? op.fill_value != 0 : op.source_offset_bytes != 0 || op.fill_value > 255)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "Q-15", &queue, "op is a %s with source_offset_bytes %llu and fill_value %u, expected %s", op.source ? "copy" : "fill",
                    static_cast<unsigned long long>(op.source_offset_bytes), op.fill_value, op.source ? "no fill_value" : "no source_offset_bytes and a byte");
    ACCEL_TRY(check_handle(op.destination, "op.destination"));
    if (op.size_bytes == 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "Q-6", &queue, "op.size_bytes is 0");
    ACCEL_TRY(check_range(*op.destination, op.destination_offset_bytes, op.size_bytes, "destination"));
    if (!(op.destination->access() & ACCEL_ACCESS_WRITE))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", op.destination, "op.destination was imported without WRITE access");
    if (op.destination->instance() != queue.core().instance())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", op.destination, "op.destination is of another instance than the queue");
    if (!op.source)
        return ACCEL_STATUS_OK;
    ACCEL_TRY(check_handle(op.source, "op.source"));
    ACCEL_TRY(check_range(*op.source, op.source_offset_bytes, op.size_bytes, "source"));
    if (!(op.source->access() & ACCEL_ACCESS_READ))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", op.source, "op.source was imported without READ access");
    if (op.source->instance() != queue.core().instance())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", op.source, "op.source is of another instance than the queue");
    const uint64_t from = op.source_offset_bytes, to = op.destination_offset_bytes;
    if (op.source == op.destination && from < to + op.size_bytes && to < from + op.size_bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "Q-6", op.source, "op: the source range overlaps the destination range");
    return ACCEL_STATUS_OK;
}

accel_status transfer(accel_queue &queue, const accel_transfer_op &op)
{
    ACCEL_TRY(check_transfer(queue, op));
    ACCEL_TRY(check_points(queue.core(), op.waits, op.wait_count, "op.waits"));
    ACCEL_TRY(check_points(queue.core(), op.signals, op.signal_count, "op.signals"));
    Transfer moved;
    moved.source = Ref<accel_buffer>(op.source);
    moved.destination = Ref<accel_buffer>(op.destination);
    moved.source_offset_bytes = op.source_offset_bytes;
    moved.destination_offset_bytes = op.destination_offset_bytes;
    moved.size_bytes = op.size_bytes;
    moved.fill_value = static_cast<uint8_t>(op.fill_value);
    queue.core().resolve(moved);
    for (const accel_buffer *buffer : {op.source, op.destination})
        if (buffer && moved.device == UINT32_MAX && !(buffer->usage() & ACCEL_BUFFER_USAGE_MAP))
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-12", buffer, "no device of the queue moves this memory, and the CPU cannot: it was made for usage 0x%x, without MAP; add it to desc.usage when you create it",
                        buffer->usage());
    Submission submission;
    submission.transfer = &moved;
    submission.waits = op.waits;
    submission.signals = op.signals;
    submission.wait_count = op.wait_count;
    submission.signal_count = op.signal_count;
    return queue.core().submit(submission, &queue);
}

}  // namespace

extern "C" {

enum accel_status accel_queue_create(const struct accel_queue_desc *desc, struct accel_queue **out_queue)
{
    if (!out_queue)
        return fail_null("out_queue");
    *out_queue = nullptr;
    accel_queue_desc given;
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    return guarded([&] { return create(given, out_queue); });
}

enum accel_status accel_queue_query(struct accel_queue *queue, struct accel_queue_info *info)
{
    ACCEL_TRY(check_handle(queue, "queue"));
    ACCEL_TRY(check_out(info, "info"));
    const accel_queue_info facts = {sizeof facts, queue->id(), queue->core().depth(), queue->core().priority()};
    copy_out(facts, info);
    return ACCEL_STATUS_OK;
}

struct accel_queue *accel_queue_ref(struct accel_queue *queue) { return ref_handle(queue); }
void accel_queue_unref(struct accel_queue *queue) { unref_handle(queue); }

enum accel_status accel_queue_submit(struct accel_queue *queue, const struct accel_submit *given)
{
    ACCEL_TRY(check_handle(queue, "queue"));
    // The usual case, a caller of this very version, is not copied.
    if (given && given->struct_size == sizeof(accel_submit)) [[likely]]
        return guarded([&] { return submit(*queue, *given); });
    accel_submit converted;
    ACCEL_TRY(copy_in(given, &converted, "submit"));
    return guarded([&] { return submit(*queue, converted); });
}

enum accel_status accel_queue_transfer(struct accel_queue *queue, const struct accel_transfer_op *op)
{
    ACCEL_TRY(check_handle(queue, "queue"));
    accel_transfer_op given;
    ACCEL_TRY(copy_in(op, &given, "op"));
    return guarded([&] { return transfer(*queue, given); });
}

enum accel_status accel_queue_cancel(struct accel_queue *queue)
{
    ACCEL_TRY(check_handle(queue, "queue"));
    return queue->core().cancel();
}

}  // extern "C"
