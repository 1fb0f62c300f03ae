// SPDX-License-Identifier: MIT
// The tables of both fake backends, with what tests can make them do wrong.
#include "fake_backend.h"

#include "door/create_instance.h"
#include <sys/eventfd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>
#include <utility>

#include "fake_queue.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

const accel_bk_host *host = nullptr;

// Runs that exist, with what they are bound to.
std::mutex runs_lock;
std::set<const accel_bk_run *> all_runs;

bool is_bound(const accel_bk_buffer *buffer)
{
    const std::lock_guard guard(runs_lock);
    return std::any_of(all_runs.begin(), all_runs.end(), [buffer](const accel_bk_run *run) {
        return std::any_of(run->bindings, run->bindings + run->binding_count, [buffer](const accel_bk_memory &memory) { return memory.buffer == buffer; });
    });
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
    info->flags = device->control->incoherent ? 0u : uint32_t{ACCEL_BK_DEVICE_FLAG_COHERENT};
    info->job_timeout_ns = device->control->job_timeout_ns;
    info->fence_wait_kinds = device->control->takes_fences ? ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE) : 0u;
    info->buffer_import_kinds = device->is_cpu || device->control->imports_pointers ? ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_HOST_POINTER) : 0u;
    info->import_align_bytes = device->control->import_align_bytes;
    if (device->control->gives_fds) {
        info->buffer_export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF);
        info->fence_export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
    }
    return ACCEL_STATUS_OK;
}

accel_status buffer_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out)
{
    const bool import = desc->import_kind != 0;
    if (import && device->control->picky_imports)
        return ACCEL_STATUS_UNSUPPORTED;
    device->control->latest_size_bytes = desc->size_bytes;
    void *memory = import ? static_cast<char *>(desc->host_pointer) + desc->offset_bytes : calloc(1, desc->size_bytes);
    *out = known(new accel_bk_buffer{device, memory, desc->size_bytes, !import});
    ++device->control->live_count;
    return ACCEL_STATUS_OK;
}

void buffer_destroy(accel_bk_buffer *buffer)
{
    Control &control = *buffer->device->control;
    --control.live_count;
    control.bound_destroyed_count += is_bound(buffer);
    if (buffer->owned)
        free(buffer->memory);
    delete buffer;
    may_throw(control, "buffer_destroy");
}

accel_status buffer_map(accel_bk_buffer *buffer, const accel_bk_access *, void **out)
{
    Control &control = *buffer->device->control;
    if (control.blank)
        return ACCEL_STATUS_OK;
    if (control.busy_map_count) {
        --control.busy_map_count;
        return ACCEL_STATUS_BUSY;
    }
    ++control.map_count;
    *out = buffer->memory;
    ++buffer->device->control->access_count;
    return ACCEL_STATUS_OK;
}
accel_status buffer_unmap(accel_bk_buffer *buffer, const accel_bk_access *access)
{
    buffer->device->control->ended_access = *access;
    may_throw(*buffer->device->control, "buffer_unmap");
    const accel_status answer = buffer->device->control->unmap_answer.exchange(ACCEL_STATUS_OK);
    buffer->device->control->access_count -= answer == ACCEL_STATUS_OK;
    return answer;
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
    {
        const std::lock_guard guard(runs_lock);
        all_runs.insert(*out);
    }
    ++program->device->control->live_count;
    return ACCEL_STATUS_OK;
}
void run_destroy(accel_bk_run *run)
{
    Control &control = *run->program->device->control;
    --control.live_count;
    {
        const std::lock_guard guard(runs_lock);
        all_runs.erase(run);
    }
    delete run;
    may_throw(control, "run_destroy");
}
accel_status run_bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    auto &control = *run->program->device->control;
    if (const accel_status answer = control.bind_answer; answer != ACCEL_STATUS_OK) {
        if (--control.bind_answer_count == 0)
            control.bind_answer = ACCEL_STATUS_OK, control.bind_answer_count = 1;
        run->binding_count = 0;
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

accel_bind_cost run_bind_cost(accel_bk_run *run, uint32_t)
{
    const Control &control = *run->program->device->control;
    may_throw(control, "run_bind_cost");
    return static_cast<accel_bind_cost>(control.bind_cost.load());
}

accel_status run_timings(accel_bk_run *run, accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count)
{
    const Control &control = *run->program->device->control;
    if (const accel_status answer = control.timings_answer; answer != ACCEL_STATUS_OK) {
        *out_count = UINT32_MAX;
        return answer;
    }
    const std::vector<accel_bk_timing> &told = control.timings;
    *out_count = static_cast<uint32_t>(told.size());
    std::copy_n(told.begin(), std::min<size_t>(capacity, told.size()), timings);
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
    ops.run_bind_cost = run_bind_cost;
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

accel_status give_fd(const Control &control, int *out)
{
    if (control.blank)
        return ACCEL_STATUS_OK;
    *out = eventfd(0, EFD_CLOEXEC);
    return *out < 0 ? ACCEL_STATUS_RESOURCE : ACCEL_STATUS_OK;
}

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
    timings_answer = ACCEL_STATUS_OK;
    scratch.clear();
    given_scratch.clear();
    scratch_answer = ACCEL_STATUS_OK;
    takes_fences = ignores_fences = refuses_fences = false;
    transfer_answer = ACCEL_STATUS_UNSUPPORTED;
    transfer_count = wait_fd_count = bind_count = bound_buffer_count = 0;
    submit_count = executed_count = cancel_count = 0;
    hangs = deaf = blank = gives_fds = incoherent = picky_imports = imports_pointers = false;
    busy_map_count = map_count = bound_destroyed_count = 0;
    import_align_bytes = latest_size_bytes = 0;
    throws = nullptr;
    job_timeout_ns = 0;
    bind_cost = ACCEL_BIND_COST_FREE;
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

}  // namespace accel::runtime::fake
