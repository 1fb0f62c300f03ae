// SPDX-License-Identifier: MIT
// From a program to its results.
#include <accel/ext/trace.h>
#include <poll.h>
#include <unistd.h>

#include <array>

#include "script_parts.h"

namespace accel::shortage {
namespace {

/// A run with buffers on every port, a queue and a fence.
class Flight {
public:
    accel_status make_all(Walk &walk) { return make_all(walk, walk.ready.program.get(), nullptr); }
    accel_status make_all(Walk &walk, accel_program *program, accel_state *state, accel_scratch *scratch = nullptr, uint32_t run_flags = 0)
    {
        const Devices devices(walk.ready);
        program_ = program;
        auto queue_desc = sized<accel_queue_desc>();
        queue_desc.devices = devices.handles;
        queue_desc.device_count = devices.count;
        TRY(make(&queue, [&](accel_queue **handle) { return accel_queue_create(&queue_desc, handle); }));
        TRY(make(&fence, [&](accel_fence **handle) { return accel_fence_create(walk.ready.instance.get(), nullptr, handle); }));
        auto run_desc = sized<accel_run_desc>();
        run_desc.program = program_;
        run_desc.state = state;
        run_desc.scratch = scratch;
        run_desc.flags = run_flags;
        TRY(make(&run, [&](accel_run **handle) { return accel_run_create(&run_desc, handle); }));
        auto info = sized<accel_entry_info>();
        TRY(accel_program_entry(program_, 0, &info));
        for (uint32_t port = 0; port < info.port_count; ++port) TRY(bind(devices, port, port < info.input_count));
        output_port_ = info.port_count - 1;
        return ACCEL_STATUS_OK;
    }

    /// Hands the run over once more. `gate` is waited for if it is one.
    accel_status submit(accel_fence *gate)
    {
        accel_fence_point done{fence.get(), value + 1}, opened{gate, 1};
        auto desc = sized<accel_submit>();
        desc.run = run.get();
        desc.signals = &done;
        desc.signal_count = 1;
        desc.waits = &opened;
        desc.wait_count = gate ? 1 : 0;
        TRY(accel_queue_submit(queue.get(), &desc));
        ++value;
        return ACCEL_STATUS_OK;
    }
    accel_status wait() { return accel_fence_wait(fence.get(), value, ACCEL_TIMEOUT_FOREVER); }

    accel_status look_at_output(Walk &walk)
    {
        auto port = sized<accel_port_info>();
        TRY(accel_program_port(program_, 0, output_port_, &port));
        void *pointer = nullptr;
        TRY(conformance::map_buffer(buffers_[output_port_].get(), ACCEL_ACCESS_READ, &pointer));
        walk.result(digest(pointer, port.size_bytes));
        return conformance::unmap_buffer(buffers_[output_port_].get(), ACCEL_ACCESS_READ);
    }

    Queue queue;
    Fence fence;
    Run run;
    uint64_t value = 0;

private:
    accel_status bind(const Devices &devices, uint32_t index, bool input)
    {
        auto port = sized<accel_port_info>();
        TRY(accel_program_port(program_, 0, index, &port));
        auto desc = sized<accel_buffer_desc>();
        desc.size_bytes = port.size_bytes;
        desc.devices = devices.handles;
        desc.device_count = devices.count;
        Buffer &buffer = buffers_.at(index);
        TRY(make(&buffer, [&](accel_buffer **handle) { return accel_buffer_create(&desc, handle); }));
        if (input) TRY(fill(buffer, port));
        const accel_binding binding{index, 0, buffer.get(), 0, 0};
        return conformance::bind_run(run.get(), &binding, 1);
    }

    static accel_status fill(const Buffer &buffer, const accel_port_info &port)
    {
        void *pointer = nullptr;
        TRY(conformance::map_buffer(buffer.get(), ACCEL_ACCESS_WRITE, &pointer));
        for (uint64_t at = 0; at < port.size_bytes; ++at) static_cast<unsigned char *>(pointer)[at] = 0;
        const float one = 1;
        for (uint64_t at = 0; port.type == ACCEL_TYPE_F32 && at + 4 <= port.size_bytes; at += 8) std::memcpy(static_cast<char *>(pointer) + at, &one, 4);
        return conformance::unmap_buffer(buffer.get(), ACCEL_ACCESS_WRITE);
    }

    accel_program *program_ = nullptr;
    uint32_t output_port_ = 0;
    std::array<Buffer, 8> buffers_;
};

}  // namespace

accel_status fly(Walk &walk)
{
    Flight flight;
    TRY(flight.make_all(walk));
    for (int round = 0; round < 2; ++round) {
        TRY(flight.submit(nullptr));
        TRY(flight.wait());
    }
    TRY(flight.look_at_output(walk));
    walk.ending();
    return ACCEL_STATUS_OK;
}

namespace {

/// Work that waits for the host, and descriptors that tell of it.
accel_status held(Walk &walk)
{
    Flight flight;
    TRY(flight.make_all(walk));
    Fence gate;
    auto desc = sized<accel_fence_desc>();
    desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_EVENTFD);
    TRY(make(&gate, [&](accel_fence **handle) { return accel_fence_create(walk.ready.instance.get(), &desc, handle); }));
    TRY(flight.submit(gate.get()));
    int fd = -1;
    const accel_status exported = accel_fence_export(gate.get(), 1, ACCEL_HANDLE_KIND_EVENTFD, &fd);
    const accel_fence_point points[] = {{gate.get(), 1}, {flight.fence.get(), flight.value}};
    const accel_status looked = accel_fence_wait_many(points, 2, ACCEL_WAIT_FLAG_ANY, 1000, nullptr);
    if (looked != ACCEL_STATUS_TIMEOUT && looked != ACCEL_STATUS_OUT_OF_MEMORY) walk.complain("a wait for nothing ended with " + std::string(accel_status_name(looked)));
    TRY(accel_fence_signal(gate.get(), 1));
    const accel_status waited = flight.wait();
    if (exported == ACCEL_STATUS_OK) {
        pollfd poller{fd, POLLIN, 0};
        if (poll(&poller, 1, 10000) != 1) walk.complain("an exported descriptor does not tell that its value is reached");
        close(fd);
    }
    TRY(waited);
    TRY(exported);
    TRY(flight.look_at_output(walk));
    walk.ending();
    return ACCEL_STATUS_OK;
}

/// Memory that leaves as a descriptor and comes back, of a kind that the device claims.
accel_status send(accel_device *device, const accel_device_info &info, accel_handle_kind kind)
{
    auto desc = sized<accel_buffer_desc>();
    desc.size_bytes = 4096;
    desc.devices = &device;
    desc.device_count = 1;
    desc.export_kinds = ACCEL_HANDLE_BIT(kind);
    Buffer memory, imported;
    TRY(make(&memory, [&](accel_buffer **handle) { return accel_buffer_create(&desc, handle); }));
    int fd = -1;
    TRY(accel_buffer_export(memory.get(), kind, &fd));
    auto source = sized<accel_buffer_import_desc>();
    source.kind = kind;
    source.fd = fd;
    source.size_bytes = 4096;
    source.devices = &device;
    source.device_count = 1;
    source.access = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
    const bool imports = info.buffer_import_kinds & ACCEL_HANDLE_BIT(kind);
    const accel_status status = imports ? make(&imported, [&](accel_buffer **handle) { return accel_buffer_import(&source, handle); }) : ACCEL_STATUS_OK;
    close(fd);
    return status;
}

/// A run's end as a descriptor of the kernel, where the device has such.
accel_status tell(Walk &walk, const accel_device_info &info)
{
    if (!(info.fence_export_kinds & ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE))) return ACCEL_STATUS_OK;
    Flight flight;
    TRY(flight.make_all(walk));
    auto desc = sized<accel_fence_desc>();
    desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_SYNC_FILE);
    TRY(make(&flight.fence, [&](accel_fence **handle) { return accel_fence_create(walk.ready.instance.get(), &desc, handle); }));
    TRY(flight.submit(nullptr));
    int fd = -1;
    const accel_status exported = accel_fence_export(flight.fence.get(), flight.value, ACCEL_HANDLE_KIND_SYNC_FILE, &fd);
    const accel_status waited = flight.wait();
    if (exported == ACCEL_STATUS_OK) close(fd);
    TRY(waited);
    return exported;
}

/// Copies, and what leaves and comes back.
accel_status share(Walk &walk)
{
    const Devices devices(walk.ready);
    for (uint32_t index = 0; index < devices.count; ++index) {
        auto info = sized<accel_device_info>();
        TRY(accel_device_query(devices.handles[index], &info));
        for (const auto kind : {ACCEL_HANDLE_KIND_MEMFD, ACCEL_HANDLE_KIND_DMA_BUF})
            if (info.buffer_export_kinds & ACCEL_HANDLE_BIT(kind)) TRY(send(devices.handles[index], info, kind));
        TRY(tell(walk, info));
    }
    auto desc = sized<accel_buffer_desc>();
    desc.size_bytes = 4096;
    desc.devices = devices.handles;
    desc.device_count = 1;
    Buffer memory, other;
    TRY(make(&memory, [&](accel_buffer **handle) { return accel_buffer_create(&desc, handle); }));
    TRY(make(&other, [&](accel_buffer **handle) { return accel_buffer_create(&desc, handle); }));
    accel_join_port ports[2] = {};
    for (accel_join_port &port : ports) {
        port.device = devices.handles[0];
        port.size_bytes = 4096;
    }
    auto recipe = sized<accel_buffer_recipe>();
    TRY(conformance::join(ports, 2, &recipe));
    Queue queue;
    auto queue_desc = sized<accel_queue_desc>();
    queue_desc.devices = devices.handles;
    queue_desc.device_count = devices.count;
    TRY(make(&queue, [&](accel_queue **handle) { return accel_queue_create(&queue_desc, handle); }));
    Fence fence;
    TRY(make(&fence, [&](accel_fence **handle) { return accel_fence_create(walk.ready.instance.get(), nullptr, handle); }));
    const accel_fence_point done{fence.get(), 1};
    auto op = sized<accel_transfer_op>();
    op.source = memory.get();
    op.destination = other.get();
    op.size_bytes = 4096;
    op.signals = &done;
    op.signal_count = 1;
    TRY(accel_queue_transfer(queue.get(), &op));
    TRY(accel_fence_wait(fence.get(), 1, ACCEL_TIMEOUT_FOREVER));
    walk.ending();
    return ACCEL_STATUS_OK;
}

/// A state, its copy, and a run with that.
accel_status keep(Walk &walk)
{
    State state, copy;
    auto desc = sized<accel_state_desc>();
    desc.program = walk.ready.keeping.get();
    TRY(make(&state, [&](accel_state **handle) { return accel_state_create(&desc, handle); }));
    desc.source = state.get();
    TRY(make(&copy, [&](accel_state **handle) { return accel_state_create(&desc, handle); }));
    TRY(accel_state_reset(copy.get()));
    auto variable = sized<accel_variable_info>();
    TRY(accel_state_variable(copy.get(), 0, &variable));
    walk.result(variable.size_bytes);
    Flight flight;
    TRY(flight.make_all(walk, walk.ready.keeping.get(), copy.get()));
    TRY(flight.submit(nullptr));
    TRY(flight.wait());
    TRY(flight.look_at_output(walk));
    walk.ending();
    return ACCEL_STATUS_OK;
}

/// A run whose scratch is shared, and that tells what it took. Times differ from life to life, so their number is the result.
accel_status measure(Walk &walk)
{
    accel_program *program = walk.ready.program.get();
    Scratch scratch;
    auto desc = sized<accel_scratch_desc>();
    desc.programs = &program;
    desc.program_count = 1;
    TRY(make(&scratch, [&](accel_scratch **handle) { return accel_scratch_create(&desc, handle); }));
    auto piece = sized<accel_scratch_info>();
    const accel_status piece_status = accel_program_scratch(program, 0, 0, &piece);
    if (piece_status != ACCEL_STATUS_NOT_FOUND) TRY(piece_status);
    walk.result(piece.size_bytes);
    Flight flight;
    TRY(flight.make_all(walk, program, nullptr, scratch.get(), ACCEL_RUN_FLAG_TIMINGS));
    TRY(flight.submit(nullptr));
    TRY(flight.wait());
    auto row = sized<accel_timing>();
    uint32_t count = 0;
    accel_status told = ACCEL_STATUS_OK;
    for (; told == ACCEL_STATUS_OK; count += told == ACCEL_STATUS_OK) told = accel_run_timing(flight.run.get(), count, &row);
    if (told != ACCEL_STATUS_NOT_FOUND) return told;
    walk.result(count);
    TRY(flight.look_at_output(walk));
    walk.ending();
    return ACCEL_STATUS_OK;
}

accel_status trace(Walk &walk)
{
    accel_instance *const instance = walk.ready.instance.get();
    const auto *recorder = static_cast<const accel_trace_interface *>(accel_interface(instance, ACCEL_TRACE_NAME, ACCEL_TRACE_VERSION));
    if (!recorder) return ACCEL_STATUS_NOT_FOUND;
    TRY(recorder->start(instance, 64));
    const accel_status ran = fly(walk);
    TRY(recorder->stop(instance));
    TRY(ran);
    bool any = false;
    TRY(recorder->read(
        instance, [](void *user, const accel_trace_event *) { return *static_cast<bool *>(user) = true, ACCEL_STATUS_OK; }, &any));
    if (!any) walk.complain("a recording of a run is empty");
    g_saved.size = 0;
    return recorder->write(instance, take, &g_saved);
}

}  // namespace

const std::vector<Piece> kFlyingPieces = {{"run", fly}, {"held", held}, {"share", share}, {"state", keep}, {"measure", measure}, {"trace", trace}};

}  // namespace accel::shortage
