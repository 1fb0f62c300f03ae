// SPDX-License-Identifier: MIT
// The device of the witness: does its work, and holds the library to its promises (rules H-*).
#include <algorithm>
#include <chrono>
#include <cstring>

#include "elements.h"
#include "objects.h"

namespace accel::witness {
namespace {

// ---- device

accel_status device_open(const accel_bk_open *open, accel_bk_device **out)
{
    ledger().called("device_open");
    expect(open->struct_size == sizeof(*open) && open->host && open->driver && open->device_id && open->node, "H-5", "device_open: size or strings");
    expect(open->transport == nullptr, "H-5", "device_open: a transport for a device without a node");
    *out = nullptr;
    if (const auto answer = take(ledger().open_answer); answer != ACCEL_STATUS_OK) return answer;
    *out = new accel_bk_device;
    devices().add(*out);
    return ACCEL_STATUS_OK;
}

void device_close(accel_bk_device *device)
{
    if (!expect_alive(devices(), device, "device_close")) return;
    expect(device->objects == 0, "H-2", "device_close while " + std::to_string(device->objects) + " objects exist on the device");
    devices().remove(device);
    delete device;
}

accel_status device_info(accel_bk_device *device, accel_bk_device_info *info)
{
    expect_alive(devices(), device, "device_info");
    expect(info->struct_size == sizeof(*info), "H-5", "device_info: struct_size");
    info->name = "Witness";
    info->target = "witness";
    info->driver_version = info->firmware_version = "";
    info->isolation = ACCEL_ISOLATION_PROCESS;
    info->queue_depth = ledger().queue_depth;
    info->buffer_align_bytes = 64;
    return ACCEL_STATUS_OK;
}

// ---- buffers

constexpr uint32_t kAllUsages = ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_STATE | ACCEL_BUFFER_USAGE_SCRATCH | ACCEL_BUFFER_USAGE_MAP;

accel_status buffer_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out)
{
    *out = nullptr;
    if (!expect_alive(devices(), device, "buffer_create")) return ACCEL_STATUS_INTERNAL;
    expect(desc->struct_size == sizeof(*desc), "H-5", "buffer_create: struct_size");
    expect(desc->size_bytes > 0 && desc->align_bytes && (desc->align_bytes & (desc->align_bytes - 1)) == 0, "H-5", "buffer_create: size or alignment");
    expect(desc->import_kind == 0 && desc->export_kinds == 0, "H-6", "buffer_create: a kind that was never claimed");
    if (const auto answer = take(ledger().create_answer); answer != ACCEL_STATUS_OK) {
        host().set_error(host().context, "B-2", "the witness was told to have no memory");
        return answer;
    }
    expect(desc->usage != 0 && (desc->usage & ~kAllUsages) == 0 && desc->reserved == 0, "H-5", "buffer_create: usage or what is reserved");
    *out = new accel_bk_buffer{device, std::vector<char>(desc->size_bytes + 4096), desc->usage, {}, {}, {}};
    ++device->objects;
    buffers().add(*out);
    return ACCEL_STATUS_OK;
}

char *memory(accel_bk_buffer *buffer) { return buffer->bytes.data() + (4096 - reinterpret_cast<uintptr_t>(buffer->bytes.data()) % 4096) % 4096; }

void buffer_destroy(accel_bk_buffer *buffer)
{
    if (!expect_alive(buffers(), buffer, "buffer_destroy")) return;
    expect(buffer->in_flight == 0, "H-3", "buffer_destroy while work uses the buffer");
    expect(buffer->accesses.empty(), "H-2", "buffer_destroy while the buffer is mapped");
    --buffer->device->objects;
    buffers().remove(buffer);
    delete buffer;
}

uint64_t size_of(const accel_bk_buffer *buffer) { return buffer->bytes.size() - 4096; }

bool holds(const accel_bk_buffer *buffer, uint64_t offset_bytes, uint64_t size_bytes) { return offset_bytes <= size_of(buffer) && size_bytes <= size_of(buffer) - offset_bytes; }

accel_status buffer_map(accel_bk_buffer *buffer, const accel_bk_access *access, void **out)
{
    if (!expect_alive(buffers(), buffer, "buffer_map")) return ACCEL_STATUS_INTERNAL;
    expect(access->struct_size == sizeof(*access) && access->reserved == 0, "H-5", "buffer_map: size or what is reserved");
    expect(access->access != 0 && (access->access & ~3u) == 0, "H-5", "buffer_map: access");
    expect(access->size_bytes > 0 && holds(buffer, access->offset_bytes, access->size_bytes), "H-5", "buffer_map: a part beyond the buffer");
    expect((buffer->usage & ACCEL_BUFFER_USAGE_MAP) != 0, "H-5", "buffer_map of memory that is not for mapping");
    const std::lock_guard guard(buffer->lock);
    buffer->accesses.push_back(*access);
    if (access->access & ACCEL_ACCESS_WRITE) ledger().mapped_to_write_bytes += access->size_bytes;
    *out = memory(buffer);
    return ACCEL_STATUS_OK;
}

accel_status buffer_unmap(accel_bk_buffer *buffer, const accel_bk_access *access)
{
    if (!expect_alive(buffers(), buffer, "buffer_unmap")) return ACCEL_STATUS_INTERNAL;
    const std::lock_guard guard(buffer->lock);
    const auto begun = std::find_if(buffer->accesses.begin(), buffer->accesses.end(), [access](const accel_bk_access &other) {
        return other.offset_bytes == access->offset_bytes && other.size_bytes == access->size_bytes && other.access == access->access;
    });
    expect(begun != buffer->accesses.end(), "H-5", "buffer_unmap of an access that was not begun");
    if (begun != buffer->accesses.end()) buffer->accesses.erase(begun);
    return ACCEL_STATUS_OK;
}

// ---- programs and runs

constexpr accel_bk_scratch kScratch[] = {{sizeof(accel_bk_scratch), 1000, 64}, {sizeof(accel_bk_scratch), 24, 256}};

accel_status program_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out)
{
    *out = nullptr;
    if (!expect_alive(devices(), device, "program_load")) return ACCEL_STATUS_INTERNAL;
    expect(desc->struct_size == sizeof(*desc) && desc->flags == 0, "H-5", "program_load: size or flags");
    std::vector<uint64_t> words(desc->byte_count / sizeof(uint64_t));
    if (!words.empty()) std::memcpy(words.data(), desc->bytes, words.size() * sizeof(uint64_t));
    if (desc->byte_count < 32 || desc->byte_count % 8 != 0 || words[0] != kMagic) return ACCEL_STATUS_CORRUPT;
    std::vector<Graph> graphs;
    uint64_t named = 0;
    for (size_t at = 1; at < words.size();) {
        if (words.size() - at < 3) return ACCEL_STATUS_CORRUPT;
        const uint64_t count = words[at], constant = words[at + 1];
        named = std::max(named, constant);
        if (constant > desc->constant_count || (constant && desc->constants[constant - 1].byte_count != count * sizeof(float))) return ACCEL_STATUS_CORRUPT;
        graphs.push_back({count, constant ? static_cast<const float *>(desc->constants[constant - 1].data) : nullptr, {}});
        at += 2;
        if (!read_elements(words, at, graphs.back().elements)) return ACCEL_STATUS_CORRUPT;
    }
    expect(desc->constant_count == named, "H-5", "program_load: constants that the blob does not name");
    for (uint32_t index = 0; index < desc->constant_count; ++index) ledger().loaded(desc->constants[index].data);
    *out = new accel_bk_program{device, std::move(graphs), {}};
    ++device->objects;
    programs().add(*out);
    return ACCEL_STATUS_OK;
}

void program_unload(accel_bk_program *program)
{
    if (!expect_alive(programs(), program, "program_unload")) return;
    expect(program->runs == 0, "H-2", "program_unload while runs of it exist");
    --program->device->objects;
    programs().remove(program);
    delete program;
}

accel_status program_scratch(accel_bk_program *program, uint32_t entry, uint32_t index, accel_bk_scratch *scratch)
{
    if (!expect_alive(programs(), program, "program_scratch")) return ACCEL_STATUS_INTERNAL;
    expect(scratch->struct_size == sizeof(*scratch) && entry < program->graphs.size(), "H-5", "program_scratch: size or entry");
    if (index >= std::size(kScratch)) return ACCEL_STATUS_NOT_FOUND;
    scratch->size_bytes = kScratch[index].size_bytes;
    scratch->align_bytes = kScratch[index].align_bytes;
    return ACCEL_STATUS_OK;
}

/// One memory for each piece that was named, as large and aligned, on this device.
void check_scratch(const accel_bk_run_desc &desc)
{
    expect(desc.scratch_count == 0 || desc.scratch_count == std::size(kScratch), "H-7", "run_create: " + std::to_string(desc.scratch_count) + " pieces of scratch");
    for (uint32_t index = 0; index < std::min<size_t>(desc.scratch_count, std::size(kScratch)); ++index) {
        const accel_bk_memory &given = desc.scratch[index];
        if (!expect_alive(buffers(), given.buffer, "run_create", false)) continue;
        expect(given.size_bytes == kScratch[index].size_bytes && given.offset_bytes % kScratch[index].align_bytes == 0, "H-7", "run_create: size or alignment of scratch");
        const uint64_t size = given.buffer->bytes.size() - 4096;
        expect(given.offset_bytes <= size && given.size_bytes <= size - given.offset_bytes, "H-7", "run_create: scratch leaves its buffer");
        expect((given.buffer->usage & ACCEL_BUFFER_USAGE_SCRATCH) != 0, "H-6", "run_create: memory that was made for other use");
    }
}

accel_status run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out)
{
    *out = nullptr;
    if (!expect_alive(programs(), program, "run_create")) return ACCEL_STATUS_INTERNAL;
    expect(desc->struct_size == sizeof(*desc) && desc->flags == 0, "H-5", "run_create: size or flags");
    expect(desc->entry < program->graphs.size(), "H-14", "run_create: a graph that the blob does not have");
    if (desc->entry >= program->graphs.size()) return ACCEL_STATUS_INVALID_ARGUMENT;
    check_scratch(*desc);
    ledger().ranked("run_create", desc->priority);
    if (const auto answer = take(ledger().run_create_answer); answer != ACCEL_STATUS_OK) return answer;
    *out = new accel_bk_run{program, &program->graphs[desc->entry], {}, {}, {}};
    ++program->runs;
    ++program->device->objects;
    runs().add(*out);
    return ACCEL_STATUS_OK;
}

void run_destroy(accel_bk_run *run)
{
    if (!expect_alive(runs(), run, "run_destroy")) return;
    expect(run->in_flight == 0, "H-3", "run_destroy in flight");
    --run->program->runs;
    --run->program->device->objects;
    runs().remove(run);
    delete run;
}

accel_status run_bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    if (!expect_alive(runs(), run, "run_bind")) return ACCEL_STATUS_INTERNAL;
    expect(run->in_flight == 0, "H-3", "run_bind in flight");
    expect(run->binding++ == 0, "H-4", "two run_binds of one run at once");
    // Long enough that another call is still seen.
    std::this_thread::sleep_for(std::chrono::microseconds(300));
    expect(desc->struct_size == sizeof(*desc), "H-5", "run_bind: struct_size");
    expect(!desc->sizes && desc->size_count == 0, "H-6", "run_bind: sizes of a graph that has no open ones");
    expect(desc->port_count == run->graph->port_count(), "H-7", "run_bind: " + std::to_string(desc->port_count) + " ports of " + std::to_string(run->graph->port_count()));
    for (uint32_t index = 0; index < desc->port_count; ++index) {
        const accel_bk_memory &port = desc->ports[index];
        if (!expect_alive(buffers(), port.buffer, "run_bind", false)) continue;
        expect(port.offset_bytes % 64 == 0, "H-7", "run_bind: an offset is misaligned");
        expect(holds(port.buffer, port.offset_bytes, port.size_bytes), "H-7", "run_bind: memory beyond its buffer");
        expect(port.size_bytes >= run->graph->element_count * 4, "H-7", "run_bind: memory is too short");
        expect((port.buffer->usage & ACCEL_BUFFER_USAGE_PORT) != 0, "H-7", "run_bind: memory that is not for ports");
    }
    run->ports.assign(desc->ports, desc->ports + desc->port_count);
    --run->binding;
    return ACCEL_STATUS_OK;
}

// ---- queues

void mark(accel_bk_run *run, int change)
{
    run->in_flight += change;
    for (auto &port : run->ports) port.buffer->in_flight += change;
}

void execute(const accel_bk_run &run)
{
    if (const Side &elements = run.graph->elements; !elements.dims.empty()) {
        for_each_index(elements.dims, [&](const std::vector<int64_t> &index) {
            const auto at = [&](size_t port) { return reinterpret_cast<float *>(memory(run.ports[port].buffer) + run.ports[port].offset_bytes + offset_of(elements, index)); };
            *at(2) = *at(0) + *at(1);
        });
        return;
    }
    const auto at = [&](size_t port) { return reinterpret_cast<float *>(memory(run.ports[port].buffer) + run.ports[port].offset_bytes); };
    const float *a = at(0), *b = run.graph->constant ? run.graph->constant : at(1);
    float *y = at(run.graph->port_count() - 1);
    for (uint64_t index = 0; index < run.graph->element_count; ++index) y[index] = a[index] + b[index];
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
        const Work next = queue->pending.front();
        if (next.answer == ACCEL_STATUS_OK && next.run) execute(*next.run);
        if (next.answer == ACCEL_STATUS_OK && !next.run) convert(next.from, next.to);
        if (next.run) mark(next.run, -1);
        else mark(next, -1);
        queue->pending.pop_front();
        queue->answers.push_back(next.answer);
        queue->changed.notify_all();
    }
}

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

void check_submission(accel_bk_queue *queue, const accel_bk_submit *submit)
{
    expect(submit->struct_size == sizeof(*submit) && (submit->flags & ~static_cast<uint32_t>(ACCEL_BK_SUBMIT_FLAG_FENCE)) == 0, "H-5", "queue_submit: size or flags");
    expect(submit->wait_fd_count == 0 && (submit->flags & ACCEL_BK_SUBMIT_FLAG_FENCE) == 0, "H-6", "queue_submit: fences that were never claimed");
    expect(queue->pending.size() < queue->depth, "H-8", "more submissions than the queue is deep");
}

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

Side side_of(accel_bk_buffer *buffer, uint64_t offset_bytes, const accel_bk_view &view)
{
    expect(view.struct_size == sizeof(view) && view.layout && view.layout->struct_size == sizeof(accel_layout), "H-5", "queue_transfer: size of a view or its layout");
    expect(view.type == ACCEL_TYPE_F32, "H-5", "queue_transfer: a type that no program here has");
    expect_alive(buffers(), buffer, "queue_transfer", false);
    expect(holds(buffer, offset_bytes, view.layout->size_bytes), "H-7", "queue_transfer: memory beyond its buffer");
    return {buffer, offset_bytes, {view.layout->steps, view.layout->steps + view.layout->step_count}, {view.dims, view.dims + view.rank}};
}

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
    if (timeout_ns > uint64_t{1} << 61) queue->changed.wait(guard, is_done);
    else queue->changed.wait_for(guard, std::chrono::nanoseconds(timeout_ns), is_done);
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

}  // namespace

const accel_bk_device_ops kDevice{sizeof(accel_bk_device_ops), device_open, device_close, device_info, buffer_create, buffer_destroy, buffer_map, buffer_unmap, nullptr, program_load,
                                  program_unload, program_scratch, run_create, run_destroy, run_bind, nullptr, nullptr, nullptr, queue_create, queue_destroy, queue_submit, queue_wait, nullptr, queue_cancel, queue_transfer};

}  // namespace accel::witness
