// SPDX-License-Identifier: MIT
// The tables and the entry symbol: the only file that knows the module contract's
// shape. Exceptions end here.
#include "blob.h"
#include <accel/graph/view.h>
#include "lower.h"
#include "operations.h"
#include "program.h"
#include "queue.h"

#include <accel/backend.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <iterator>
#include <new>
#include <string>

struct accel_bk_device {
    accel::ethosu::Device device;
};
struct accel_bk_program {
    std::unique_ptr<accel::ethosu::LoadedProgram> program;
};
struct accel_bk_run {
    std::unique_ptr<accel::ethosu::Run> run;
};
struct accel_bk_queue {
    accel::ethosu::Queue queue;
};

namespace accel::ethosu
{
namespace
{

// ---------------------------------------------------------------- guards

template <typename Function> accel_status guarded(Function function)
{
    try {
        return function();
    } catch (const std::bad_alloc &) {
        return ACCEL_STATUS_OUT_OF_MEMORY;
    } catch (...) {
        return ACCEL_STATUS_INTERNAL;
    }
}

template <typename Struct> void give(Struct &out, Struct value)
{
    value.struct_size = std::min(out.struct_size, sizeof(Struct));
    std::memcpy(&out, &value, value.struct_size);
}

// -------------------------------------------------------------- compiler

accel_status target_info(uint32_t index, accel_bk_target_info *info)
{
    if (index != 0)
        return ACCEL_STATUS_NOT_FOUND;
    accel_bk_target_info facts{};
    facts.name = kTarget;
    facts.description = "Arm Ethos-U65, 256 MACs per cycle";
    facts.roundings = 1u << ACCEL_ROUNDING_TFLITE | 1u << ACCEL_ROUNDING_NATURAL;
    facts.memory_bytes = kMaxSpaceBytes;
    give(*info, facts);
    return ACCEL_STATUS_OK;
}

accel_status check_request(const Host &host, const graph::View &graph, const accel_bk_compile_options &options)
{
    // Options are named `<module>.<option>`; this module has none.
    for (uint32_t i = 0; i < options.option_count; ++i)
        if (std::string_view(options.options[i].name).starts_with("ethosu.") && options.options[i].optional == 0)
            return host.fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-10", "option \"%.64s\" is unknown; the ethosu module has none", options.options[i].name);
    if (options.target != nullptr && std::string_view(options.target) != kTarget)
        return host.fail(ACCEL_STATUS_NOT_FOUND, "", "target \"%.64s\" is unknown, expected \"%s\"", options.target, kTarget);
    if (!graph.well_formed())
        return host.fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "the graph names tensors that it does not have");
    return ACCEL_STATUS_OK;
}

// True: the application wants no more.
std::function<bool(double)> progress_of(const accel_bk_compile_options &options)
{
    return [&options](double fraction) { return options.progress != nullptr && options.progress(options.progress_user, fraction, "ethosu") != 0; };
}

accel_status compiler_query(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options,
                            accel_bk_support *out_nodes)
{
    return guarded([&] {
        const graph::View view(*graph);
        if (const accel_status status = check_request(Host(host), view, *options))
            return status;
        const std::vector<accel_bk_support> answers = query(view, progress_of(*options));
        if (answers.size() != view.node_count())
            return Host(host).fail(ACCEL_STATUS_CANCELLED, "P-5", "cancelled while looking at the nodes");
        std::ranges::copy(answers, out_nodes);
        return ACCEL_STATUS_OK;
    });
}

// A blob and all that its description points to.
struct Blob {
    accel_bk_blob table{};
    std::vector<uint8_t> bytes;
    Ports ports;
    std::vector<accel_layout> shown;
    std::vector<accel_bk_port> port_table;
    accel_bk_blob_entry entry{};

    static void release(accel_bk_blob *table) { delete reinterpret_cast<Blob *>(table); }
};

void describe(Blob &blob, uint64_t scratch_bytes)
{
    for (const layouts::Layout &layout : blob.ports.layouts)
        blob.shown.push_back(layout.view());
    for (size_t i = 0; i < blob.ports.tensors.size(); ++i)
        blob.port_table.push_back({blob.ports.tensors[i], 0, &blob.shown[i], kBufferAlignmentBytes, 0, 0});
    accel_bk_blob &table = blob.table;
    table.struct_size = sizeof table;
    table.release = Blob::release;
    table.bytes = blob.bytes.data();
    table.byte_count = blob.bytes.size();
    blob.entry = {blob.port_table.data(), scratch_bytes, static_cast<uint32_t>(blob.port_table.size()), kPortRegionCount};
    table.entries = &blob.entry;
    table.entry_count = 1;
    table.log = "";
}

accel_status compiler_build(const accel_bk_host *host_table, const accel_graph_desc *const *graphs, uint32_t,
                            const accel_bk_compile_options *options, accel_bk_blob **out_blob)
{
    *out_blob = nullptr;
    return guarded([&] {
        const Host host(host_table);
        const graph::View view(*graphs[0]);
        if (const accel_status status = check_request(host, view, *options))
            return status;
        const std::function<bool(double)> progress = progress_of(*options);
        if (progress(0))
            return host.fail(ACCEL_STATUS_CANCELLED, "P-5", "cancelled before the first node");
        Lowered lowered = lower(view, progress);
        if (lowered.status != ACCEL_STATUS_OK)
            return host.fail(lowered.status, "", "%s", lowered.message.c_str());
        auto blob = std::make_unique<Blob>();
        blob->bytes = write_blob(lowered.program);
        blob->ports = ports_of(view);
        describe(*blob, lowered.program.scratch_bytes);
        *out_blob = &blob.release()->table;
        return ACCEL_STATUS_OK;
    });
}

accel_status compiler_check(const accel_bk_host *host, const void *bytes, uint64_t byte_count, const char *target, accel_fit *out_fit)
{
    *out_fit = ACCEL_FIT_NONE;
    return guarded([&] {
        const char *why = nullptr;
        const auto blob = read_blob({static_cast<const uint8_t *>(bytes), byte_count}, why);
        if (!blob)
            return Host(host).fail(ACCEL_STATUS_CORRUPT, "C-5", "%s", why);
        if (!blob->is_foreign && (target == nullptr || blob->target == target))
            *out_fit = ACCEL_FIT_FULL;
        return ACCEL_STATUS_OK;
    });
}

// ---------------------------------------------------------------- device

accel_status device_open(const accel_bk_open *open, accel_bk_device **out_device)
{
    *out_device = nullptr;
    return guarded([&] {
        const Host host(open->host);
        if (open->transport == nullptr)
            return host.fail(ACCEL_STATUS_INVALID_ARGUMENT, "", "an Ethos-U is behind a device node, but no transport is given");
        if (const accel_status fault = host.fault("ethosu.open"))
            return fault;
        std::unique_ptr<accel_bk_device> device(new accel_bk_device{Device(host, *open->transport)});
        if (const accel_status status = device->device.identify())
            return status;
        *out_device = device.release();
        return ACCEL_STATUS_OK;
    });
}

void device_close(accel_bk_device *device) { delete device; }

accel_status device_info(accel_bk_device *device, accel_bk_device_info *info)
{
    device->device.info(*info);
    return ACCEL_STATUS_OK;
}

accel_status buffer_create(accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out_buffer)
{
    *out_buffer = nullptr;
    return guarded([&] {
        if (desc->import_kind != 0)
            return device->device.host().fail(ACCEL_STATUS_UNSUPPORTED, "",
                                              "the ethosu driver imports no foreign memory; let this device allocate and export");
        auto buffer = std::make_unique<accel_bk_buffer>();
        if (const accel_status status = Buffer::create(device->device, desc->size_bytes, buffer->buffer))
            return status;
        *out_buffer = buffer.release();
        return ACCEL_STATUS_OK;
    });
}

void buffer_destroy(accel_bk_buffer *buffer) { delete buffer; }

accel_status buffer_map(accel_bk_buffer *buffer, const accel_bk_access *access, void **out_pointer)
{
    *out_pointer = nullptr;
    return guarded([&] { return buffer->buffer->begin_access(*access, *out_pointer); });
}

// The driver's memory is coherent: there is nothing to write back but what a transport carries.
accel_status buffer_unmap(accel_bk_buffer *buffer, const accel_bk_access *access)
{
    return guarded([&] { return buffer->buffer->end_access(*access); });
}

accel_status buffer_export(accel_bk_buffer *buffer, accel_handle_kind kind, int *out_fd)
{
    *out_fd = -1;
    if (kind != ACCEL_HANDLE_KIND_DMA_BUF)
        return ACCEL_STATUS_UNSUPPORTED;
    return guarded([&] { return buffer->buffer->export_dma_buf(*out_fd); });
}

accel_status program_load(accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out_program)
{
    *out_program = nullptr;
    return guarded([&] {
        auto program = std::make_unique<accel_bk_program>();
        if (const accel_status status =
                LoadedProgram::load(device->device, {static_cast<const uint8_t *>(desc->bytes), desc->byte_count}, program->program))
            return status;
        *out_program = program.release();
        return ACCEL_STATUS_OK;
    });
}

void program_unload(accel_bk_program *program) { delete program; }

accel_status program_scratch(accel_bk_program *program, uint32_t, uint32_t index, accel_bk_scratch *scratch)
{
    if (index != 0 || !program->program->can_share_scratch())
        return ACCEL_STATUS_NOT_FOUND;
    scratch->size_bytes = program->program->scratch_bytes();
    scratch->align_bytes = kBufferAlignmentBytes;
    return ACCEL_STATUS_OK;
}

accel_status run_create(accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out_run)
{
    *out_run = nullptr;
    return guarded([&] {
        if (desc->entry != 0) // a blob here has one graph
            return ACCEL_STATUS_INVALID_ARGUMENT;
        auto run = std::make_unique<accel_bk_run>();
        if (const accel_status status = Run::create(*program->program, *desc, run->run))
            return status;
        *out_run = run.release();
        return ACCEL_STATUS_OK;
    });
}

void run_destroy(accel_bk_run *run) { delete run; }

accel_status run_bind(accel_bk_run *run, const accel_bk_bind_desc *desc)
{
    return guarded([&] { return run->run->bind({desc->ports, desc->port_count}); });
}

accel_status run_timings(accel_bk_run *run, accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count)
{
    *out_count = 0;
    return guarded([&] { return run->run->timings({timings, capacity}, *out_count); });
}

accel_bind_cost run_bind_cost(accel_bk_run *run, uint32_t port) { return run->run->bind_cost(port); }

accel_status queue_create(accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out_queue)
{
    *out_queue = nullptr;
    return guarded([&] {
        const uint32_t depth = std::clamp<uint32_t>(desc->depth, 1, kQueueDepth);
        *out_queue = new accel_bk_queue{Queue(device->device, depth)};
        return ACCEL_STATUS_OK;
    });
}

void queue_destroy(accel_bk_queue *queue) { delete queue; }

accel_status queue_submit(accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out_ticket)
{
    *out_ticket = 0;
    return guarded([&] { return queue->queue.submit(*submit->run->run, {submit->wait_fds, submit->wait_fd_count}, *out_ticket); });
}

accel_status queue_wait(accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns)
{
    return guarded([&] { return queue->queue.wait(ticket, timeout_ns); });
}

accel_status queue_fence(accel_bk_queue *queue, uint64_t ticket, int *out_sync_file_fd)
{
    *out_sync_file_fd = -1;
    return guarded([&] { return queue->queue.fence(ticket, *out_sync_file_fd); });
}

// ---------------------------------------------------------------- tables

constexpr accel_bk_compiler kCompiler = {
    .struct_size = sizeof(accel_bk_compiler),
    .operations = kOperations,
    .operation_count = std::size(kOperations),
    .reserved = 0,
    .target_info = target_info,
    .query = compiler_query,
    .build = compiler_build,
    .check = compiler_check,
};

constexpr accel_bk_device_ops kDevice = {
    .struct_size = sizeof(accel_bk_device_ops),
    .device_open = device_open,
    .device_close = device_close,
    .device_info = device_info,
    .buffer_create = buffer_create,
    .buffer_destroy = buffer_destroy,
    .buffer_map = buffer_map,
    .buffer_unmap = buffer_unmap,
    .buffer_export = buffer_export,
    .program_load = program_load,
    .program_unload = program_unload,
    .program_scratch = program_scratch,
    .run_create = run_create,
    .run_destroy = run_destroy,
    .run_bind = run_bind,
    .run_bind_cost = run_bind_cost,
    .run_sizes = nullptr, // none depends on data
    .run_timings = run_timings,
    .queue_create = queue_create,
    .queue_destroy = queue_destroy,
    .queue_submit = queue_submit,
    .queue_wait = queue_wait,
    .queue_fence = queue_fence,
    .queue_cancel = nullptr, // the driver takes no job back
    .queue_transfer = nullptr, // the runtime copies with the CPU
};

// Nothing here outlives the runtime's objects.
accel_status after_fork(const accel_bk_fork *) { return ACCEL_STATUS_OK; }

constexpr accel_bk_sizes kSizes = ACCEL_BK_SIZES;

constexpr accel_bk_module kModule = {
    .struct_size = sizeof(accel_bk_module),
    .api_version = ACCEL_BK_API_VERSION,
    .api_version_min = 0,
    .sizes = &kSizes,
    .name = "ethosu",
    .version = "0.1.0",
    .compiler = &kCompiler,
    .device = &kDevice,
    .importer = nullptr,
    .device_model = nullptr,
    .after_fork = after_fork,
};

} // namespace
} // namespace accel::ethosu

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *, uint32_t)
{
    return &accel::ethosu::kModule;
}
