// SPDX-License-Identifier: MIT
// The tables of both fake backends, with what tests can make them do wrong.
#include "fake_backend.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <set>
#include <stdexcept>
#include <utility>
#include <thread>

#include "clock.h"
#include "program_make.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

struct accel_bk_device {
    Control *control;
    bool is_cpu;
};
struct accel_bk_buffer {
    accel_bk_device *device;
    void *memory;
    uint64_t size_bytes;
    bool owned;
};
struct accel_bk_program {
    accel_bk_device *device;
    uint8_t addend;
    uint64_t size_bytes;
    uint32_t input_count, output_count;
};
struct accel_bk_run {
    accel_bk_program *program;
    accel_bk_memory bindings[32];
    uint32_t binding_count;
};
struct accel_bk_queue {
    accel_bk_device *device;
    std::mutex lock;
    std::condition_variable changed;
    uint64_t submitted = 0, finished = 0;
    static constexpr uint32_t kDepth = 8;
    struct Entry {
        accel_bk_run *run = nullptr;  ///< null: the transfer
        accel_bk_transfer transfer{};
        std::vector<int> waits;
    };
    Entry entries[kDepth];
    accel_status results[kDepth] = {};
};

namespace {

const accel_bk_host *host = nullptr;

void may_throw(const Control &control, const char *slot)
{
    const char *throws = control.throws;
    if (throws && strcmp(throws, slot) == 0)
        throw std::runtime_error("a fault of the fake");
}

accel_status give_fd(const Control &control, int *out)
{
    if (control.blank)
        return ACCEL_STATUS_OK;
    *out = eventfd(0, EFD_CLOEXEC);
    return *out < 0 ? ACCEL_STATUS_RESOURCE : ACCEL_STATUS_OK;
}

/// What a device that was given up keeps is not lost: its module knows it.
template <class T> T *known(T *made)
{
    static std::mutex lock;
    static auto &all = *new std::vector<const void *>;  // reachable to the end, so that what is kept on purpose is no leak
    const std::lock_guard guard(lock);
    all.push_back(made);
    return made;
}

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

accel_status device_open(bool is_cpu, accel_bk_device **out)
{
    Control &control = is_cpu ? cpu() : npu();
    *out = known(new accel_bk_device{&control, is_cpu});
    ++control.live_count;
    return ACCEL_STATUS_OK;
}

void device_close(accel_bk_device *device)
{
    Control &control = *device->control;
    --control.live_count;
    delete device;
    may_throw(control, "device_close");
}

accel_status device_info(accel_bk_device *device, accel_bk_device_info *info)
{
    info->name = device->is_cpu ? "Fake CPU" : "Fake NPU";
    info->target = device->is_cpu ? "fake-cpu" : "fake-npu";
    info->driver_version = info->firmware_version = "";
    info->isolation = device->is_cpu ? ACCEL_ISOLATION_PROCESS : ACCEL_ISOLATION_IOMMU;
    info->queue_depth = accel_bk_queue::kDepth;
    info->buffer_align_bytes = 64;
    info->job_timeout_ns = device->control->job_timeout_ns;
    info->fence_wait_kinds = device->control->takes_fences ? ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE) : 0u;
    info->buffer_import_kinds = device->is_cpu ? ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_HOST_POINTER) : 0u;
    if (device->control->gives_fds) {
        info->buffer_export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF);
        info->fence_export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
    }
    return ACCEL_STATUS_OK;
}

accel_status buffer_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out)
{
    const bool import = desc->import_kind != 0;
    void *memory = import ? static_cast<char *>(desc->host_pointer) + desc->offset_bytes : calloc(1, desc->size_bytes);
    *out = known(new accel_bk_buffer{device, memory, desc->size_bytes, !import});
    ++device->control->live_count;
    return ACCEL_STATUS_OK;
}

void buffer_destroy(accel_bk_buffer *buffer)
{
    Control &control = *buffer->device->control;
    --control.live_count;
    if (buffer->owned)
        free(buffer->memory);
    delete buffer;
    may_throw(control, "buffer_destroy");
}

accel_status buffer_map(accel_bk_buffer *buffer, const accel_bk_access *, void **out)
{
    if (buffer->device->control->blank)
        return ACCEL_STATUS_OK;
    *out = buffer->memory;
    return ACCEL_STATUS_OK;
}
accel_status buffer_unmap(accel_bk_buffer *buffer, const accel_bk_access *)
{
    may_throw(*buffer->device->control, "buffer_unmap");
    return buffer->device->control->unmap_answer.exchange(ACCEL_STATUS_OK);
}
accel_status buffer_export(accel_bk_buffer *buffer, accel_handle_kind, int *out) { return give_fd(*buffer->device->control, out); }

accel_status program_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out)
{
    FakeBlob blob;
    if (desc->byte_count != sizeof blob)
        return ACCEL_STATUS_CORRUPT;
    memcpy(&blob, desc->bytes, sizeof blob);
    for (const auto &[node, message] : device->control->remarks)
        host->remark(host->context, 0, node, message);
    *out = known(new accel_bk_program{device, static_cast<uint8_t>(blob.addend), blob.size_bytes, blob.input_count, blob.output_count});
    ++device->control->live_count;
    return ACCEL_STATUS_OK;
}
void program_unload(accel_bk_program *program)
{
    Control &control = *program->device->control;
    --control.live_count;
    delete program;
    may_throw(control, "program_unload");
}

accel_status program_scratch(accel_bk_program *program, uint32_t, uint32_t index, accel_bk_scratch *scratch)
{
    const std::vector<accel_bk_scratch> &pieces = program->device->control->scratch;
    if (index >= pieces.size())
        return ACCEL_STATUS_NOT_FOUND;
    scratch->size_bytes = pieces[index].size_bytes;
    scratch->align_bytes = pieces[index].align_bytes;
    return ACCEL_STATUS_OK;
}

accel_status run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out)
{
    Control &control = *program->device->control;
    if (desc->scratch_count)
        if (const accel_status answer = control.scratch_answer.exchange(ACCEL_STATUS_OK); answer != ACCEL_STATUS_OK)
            return answer;
    control.given_scratch.assign(desc->scratch, desc->scratch + desc->scratch_count);
    *out = known(new accel_bk_run{program, {}, 0});
    ++program->device->control->live_count;
    return ACCEL_STATUS_OK;
}
void run_destroy(accel_bk_run *run)
{
    Control &control = *run->program->device->control;
    --control.live_count;
    delete run;
    may_throw(control, "run_destroy");
}
accel_status run_bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    auto &control = *run->program->device->control;
    if (const accel_status answer = control.bind_answer; answer != ACCEL_STATUS_OK) {
        if (--control.bind_answer_count == 0)
            control.bind_answer = ACCEL_STATUS_OK, control.bind_answer_count = 1;
        return answer;
    }
    std::set<const accel_bk_buffer *> distinct;
    for (uint32_t i = 0; i < desc->port_count; ++i)
        distinct.insert(desc->ports[i].buffer);
    run->program->device->control->bound_buffer_count = static_cast<uint32_t>(distinct.size());
    ++run->program->device->control->bind_count;
    memcpy(run->bindings, desc->ports, desc->port_count * sizeof *desc->ports);
    run->binding_count = desc->port_count;
    return ACCEL_STATUS_OK;
}

accel_status run_timings(accel_bk_run *run, accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count)
{
    const std::vector<accel_bk_timing> &told = run->program->device->control->timings;
    *out_count = static_cast<uint32_t>(told.size());
    std::copy_n(told.begin(), std::min<size_t>(capacity, told.size()), timings);
    return ACCEL_STATUS_OK;
}

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

accel_status queue_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    may_throw(*queue->device->control, "queue_wait");
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

accel_status queue_fence(accel_bk_queue *queue, uint64_t, int *out)
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

template <bool is_cpu> accel_bk_device_ops make_ops()
{
    accel_bk_device_ops ops{};
    ops.struct_size = sizeof ops;
    ops.device_open = [](const accel_bk_open *, accel_bk_device **out) { return ::device_open(is_cpu, out); };
    ops.device_close = device_close;
    ops.device_info = device_info;
    ops.buffer_create = buffer_create;
    ops.buffer_destroy = buffer_destroy;
    ops.buffer_map = buffer_map;
    ops.buffer_unmap = buffer_unmap;
    ops.buffer_export = buffer_export;
    ops.program_load = program_load;
    ops.program_unload = program_unload;
    ops.program_scratch = program_scratch;
    ops.run_create = run_create;
    ops.run_destroy = run_destroy;
    ops.run_bind = run_bind;
    ops.run_timings = run_timings;
    ops.queue_create = queue_create;
    ops.queue_destroy = queue_destroy;
    ops.queue_submit = queue_submit;
    ops.queue_wait = queue_wait;
    ops.queue_fence = queue_fence;
    ops.queue_cancel = queue_cancel;
    ops.queue_transfer = queue_transfer;
    return ops;
}

template <bool is_cpu> const accel_bk_module *entry(const accel_bk_host *given, uint32_t)
{
    host = given;
    static const accel_bk_device_ops ops = make_ops<is_cpu>();
    static constexpr accel_bk_sizes sizes = ACCEL_BK_SIZES;
    static const accel_bk_module module = [] {
        accel_bk_module it{};
        it.struct_size = sizeof it;
        it.api_version = ACCEL_BK_API_VERSION;
        it.sizes = &sizes;
        it.name = is_cpu ? "fake-cpu" : "fake-npu";
        it.version = "1";
        it.device = &ops;
        return it;
    }();
    return &module;
}

}  // namespace

namespace accel::runtime::fake {

ModuleEntry module_entry(bool is_cpu) { return is_cpu ? entry<true> : entry<false>; }

Module *make_module(bool is_cpu, bool waits_inline, ModuleEntry entry)
{
    Manifest manifest;
    manifest.waits_inline = waits_inline;
    manifest.name = is_cpu ? "fake-cpu" : "fake-npu";
    manifest.version = "1";
    DeviceFacts facts;
    facts.id = facts.name = facts.target = manifest.name;
    facts.kind = is_cpu ? ACCEL_DEVICE_KIND_CPU : ACCEL_DEVICE_KIND_NPU;
    manifest.always = facts;
    return new Module(manifest, entry);
}

void Control::reset()
{
    gated = false;
    released = 0;
    next_failure = submit_answer = bind_answer = unmap_answer = ACCEL_STATUS_OK;
    bind_answer_count = 1;
    remarks.clear();
    timings.clear();
    scratch.clear();
    given_scratch.clear();
    scratch_answer = ACCEL_STATUS_OK;
    takes_fences = ignores_fences = refuses_fences = false;
    transfer_answer = ACCEL_STATUS_UNSUPPORTED;
    transfer_count = wait_fd_count = bind_count = bound_buffer_count = 0;
    submit_count = executed_count = cancel_count = 0;
    hangs = deaf = blank = gives_fds = false;
    throws = nullptr;
    job_timeout_ns = 0;
}

void Control::release(uint64_t count)
{
    released += count;
    gate_opened.notify_all();
}

Control &npu()
{
    static Control control;
    return control;
}
Control &cpu()
{
    static Control control;
    return control;
}

Ref<accel_instance> make_instance(Waits waits)
{
    static std::vector<Module *> modules;  // never unloaded
    const char *said = getenv("ACCEL_FAKE_WAITS");
    const bool waits_inline = waits != Waits::Watched && !(said && strcmp(said, "watched") == 0);
    // A test that asks for watched ones may leave them abandoned, which they stay as long as the process.
    static bool may_be_abandoned = false;
    if (modules.empty() || waits == Waits::Watched || std::exchange(may_be_abandoned, false))
        modules.insert(modules.begin(), {make_module(false, waits_inline, module_entry(false)), make_module(true, waits_inline, module_entry(true))});
    may_be_abandoned = may_be_abandoned || waits == Waits::Watched;
    return make_instance({modules[0], modules[1]});
}

Ref<accel_instance> make_instance(std::vector<Module *> modules)
{
    npu().reset();
    cpu().reset();
    InstanceOptions options;
    options.discovery.only_given_paths = true;
    options.discovery.sysfs_root = "/nonexistent";
    options.discovery.built_in = std::move(modules);
    accel_instance *instance = nullptr;
    if (create_instance(options, &instance) != ACCEL_STATUS_OK)
        abort();
    return Ref<accel_instance>::adopt(instance);
}

Ref<accel_device> find_device(accel_instance &instance, const char *id)
{
    accel_device *device = nullptr;
    if (instance.find(id, &device) != ACCEL_STATUS_OK)
        abort();
    return Ref<accel_device>::adopt(device);
}

PortLayout vector_layout(uint64_t size_bytes)
{
    PortLayout layout;
    layout.tensor_type = ACCEL_TYPE_U8;
    layout.dims = {static_cast<int64_t>(size_bytes)};
    static_cast<layouts::Layout &>(layout) = *layouts::dense(ACCEL_TYPE_U8, layout.dims);
    layout.align_bytes = 4;
    return layout;
}

Ref<accel_program> make_program(accel_instance &instance, std::vector<Ref<accel_device>> devices, uint32_t input_count, uint32_t output_count,
                                const std::vector<FakeSegment> &segments, std::vector<Value> values, uint64_t size_bytes)
{
    auto program = Ref<accel_program>::adopt(new accel_program);
    instance.ref();
    program->instance = &instance;
    for (const Ref<accel_device> &device : devices) program->places.push_back({device->entry().backend(), device->entry().target(), device->entry().id()});
    program->devices = std::move(devices);
    ProgramEntry &entry = program->entries.emplace_back();
    entry.values = std::move(values);
    entry.input_count = input_count;
    for (uint32_t i = 0; i < input_count + output_count; ++i) {
        ProgramPort port;
        port.name = (i < input_count ? "in" : "out") + std::to_string(i);
        port.direction = i < input_count ? ACCEL_PORT_DIRECTION_INPUT : ACCEL_PORT_DIRECTION_OUTPUT;
        port.layout = vector_layout(size_bytes);
        entry.ports.push_back(port);
    }
    for (const FakeSegment &wanted : segments) {
        Segment segment;
        segment.device = wanted.device;
        segment.input_sources = wanted.inputs;
        segment.output_sources = wanted.outputs;
        segment.inputs.assign(wanted.inputs.size(), vector_layout(size_bytes));
        segment.outputs.assign(wanted.outputs.size(), vector_layout(size_bytes));
        for (const auto *sources : {&wanted.inputs, &wanted.outputs})
            for (const PortSource &source : *sources)
                if (source.kind == PortSource::Kind::Port)
                    entry.ports[source.index].device = wanted.device;
        std::shared_ptr<OpenDevice> open;
        if (program->devices[wanted.device]->entry().open(&open) != ACCEL_STATUS_OK)
            abort();
        const FakeBlob blob = {size_bytes, static_cast<uint32_t>(wanted.inputs.size()), static_cast<uint32_t>(wanted.outputs.size()), wanted.addend, 0};
        segment.blob = static_cast<uint32_t>(program->blobs.size());
        Blob &made = program->blobs.emplace_back();
        made.device = wanted.device;
        made.bytes.assign(reinterpret_cast<const uint8_t *>(&blob), reinterpret_cast<const uint8_t *>(&blob + 1));
        if (load_blob(open, made) != ACCEL_STATUS_OK)
            abort();
        entry.segments.push_back(std::move(segment));
    }
    entry.number_ports();
    return program;
}

}  // namespace accel::runtime::fake
