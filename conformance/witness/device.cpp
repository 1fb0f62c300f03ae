// SPDX-License-Identifier: MIT
// The device of the witness, its memory and its programs: hold the library to its promises (rules H-*).
#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>

#include "elements.h"
#include "memory.h"
#include "open.h"
#include "queue.h"

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
    info->flags = ACCEL_BK_DEVICE_FLAG_COHERENT;
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

void buffer_destroy(accel_bk_buffer *buffer)
{
    if (!expect_alive(buffers(), buffer, "buffer_destroy")) return;
    expect(buffer->in_flight == 0, "H-3", "buffer_destroy while work uses the buffer");
    expect(buffer->accesses.empty(), "H-2", "buffer_destroy while the buffer is mapped");
    expect(buffer->bound == 0, "H-2", "buffer_destroy while a run is bound to the buffer");
    --buffer->device->objects;
    buffers().remove(buffer);
    delete buffer;
}

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
        if (words[at] == kOpen) {
            graphs.push_back({0, nullptr, {}, std::make_shared<OpenGraph>()});
            if (!read_open(words, at, *graphs.back().open)) return ACCEL_STATUS_CORRUPT;
            continue;
        }
        const uint64_t count = words[at], constant = words[at + 1];
        named = std::max(named, constant);
        if (constant > desc->constant_count || (constant && desc->constants[constant - 1].byte_count != count * sizeof(float))) return ACCEL_STATUS_CORRUPT;
        graphs.push_back({count, constant ? static_cast<const float *>(desc->constants[constant - 1].data) : nullptr, {}, nullptr});
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
    *out = new accel_bk_run{program, &program->graphs[desc->entry], {}, {}, -1, {}, {}};
    ++program->runs;
    ++program->device->objects;
    runs().add(*out);
    return ACCEL_STATUS_OK;
}

accel_status run_sizes(accel_bk_run *run, int64_t *sizes, uint32_t size_count)
{
    if (!expect_alive(runs(), run, "run_sizes")) return ACCEL_STATUS_INTERNAL;
    expect(run->in_flight == 0, "H-3", "run_sizes in flight");
    const OpenGraph *open = run->graph->open.get();
    expect(open && size_count == open->planned.size() && run->told >= 0, "H-15", "run_sizes of a graph whose sizes do not depend on data, or before it has run");
    if (!open || size_count != open->planned.size()) return ACCEL_STATUS_INVALID_ARGUMENT;
    for (const Dimension &dim : open->out)
        if (dim.symbol != ACCEL_SYMBOL_NONE && run->sizes[dim.symbol] < 0) sizes[dim.symbol] = run->told + ledger().tells_more;
    return ACCEL_STATUS_OK;
}

/// Ports of a run that is bound to something else from now on, or to nothing.
void let_go(const accel_bk_run &run)
{
    for (const auto &port : run.ports)
        if (buffers().holds(port.buffer)) --port.buffer->bound;
}

void run_destroy(accel_bk_run *run)
{
    if (!expect_alive(runs(), run, "run_destroy")) return;
    expect(run->in_flight == 0, "H-3", "run_destroy in flight");
    let_go(*run);
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
    check_sizes(*run->graph, *desc);
    expect(desc->port_count == run->graph->port_count(), "H-7", "run_bind: " + std::to_string(desc->port_count) + " ports of " + std::to_string(run->graph->port_count()));
    for (uint32_t index = 0; index < desc->port_count; ++index) {
        const accel_bk_memory &port = desc->ports[index];
        if (!expect_alive(buffers(), port.buffer, "run_bind", false)) continue;
        expect(port.offset_bytes % 64 == 0, "H-7", "run_bind: an offset is misaligned");
        expect(holds(port.buffer, port.offset_bytes, port.size_bytes), "H-7", "run_bind: memory beyond its buffer");
        expect(port.size_bytes >= shortest_bytes(*run->graph, index, *desc), "H-7", "run_bind: memory is too short");
        expect((port.buffer->usage & ACCEL_BUFFER_USAGE_PORT) != 0, "H-7", "run_bind: memory that is not for ports");
    }
    const auto answer = ledger().binds_before > 0 ? ACCEL_STATUS_OK : take(ledger().bind_answer);
    if (ledger().binds_before > 0) --ledger().binds_before;
    if (answer != ACCEL_STATUS_OK) {
        let_go(*run);
        run->ports.clear();
        --run->binding;
        return answer;
    }
    let_go(*run);
    run->ports.assign(desc->ports, desc->ports + desc->port_count);
    for (const auto &port : run->ports)
        if (buffers().holds(port.buffer)) ++port.buffer->bound;
    run->sizes.assign(desc->sizes, desc->sizes + desc->size_count);
    --run->binding;
    return ACCEL_STATUS_OK;
}

}  // namespace

const accel_bk_device_ops kDevice{sizeof(accel_bk_device_ops), device_open, device_close, device_info, buffer_create, buffer_destroy, buffer_map, buffer_unmap, nullptr, program_load,
                                  program_unload, program_scratch, run_create, run_destroy, run_bind, nullptr, run_sizes, nullptr, queue_create, queue_destroy, queue_submit, queue_wait, nullptr, queue_cancel, queue_transfer};

}  // namespace accel::witness
