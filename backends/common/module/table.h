// SPDX-License-Identifier: MIT
// The tables of accel/backend.h, made of a module's own classes: each slot is a guarded call of the member below. Out pointers are null and descriptors -1
// before it is called, an object that it made is handed out only with OK, and nothing is written beyond what the runtime has of an out struct. What the
// slots promise, threads and errors, is in accel/backend/device.h and accel/backend/compiler.h, and holds for the members.
//
// The module defines the structs accel_bk_*; every member answers accel_status unless it says otherwise:
//
//     struct accel_bk_device {
//         static open(const accel_bk_open &, std::unique_ptr<accel_bk_device> &)
//         info(accel_bk_device_info &)                             // comes zeroed
//         create_buffer(const accel_bk_buffer_desc &, std::unique_ptr<accel_bk_buffer> &)
//         load(const accel_bk_load_desc &, std::unique_ptr<accel_bk_program> &)
//         create_queue(const accel_bk_queue_desc &, std::unique_ptr<accel_bk_queue> &)
//     };
//     struct accel_bk_buffer {
//         map(const accel_bk_access &, void *&pointer)
//         unmap(const accel_bk_access &)
//         export_fd(accel_handle_kind, int &fd)                    // optional
//     };
//     struct accel_bk_program {
//         scratch(uint32_t entry, uint32_t index, accel_bk_scratch &)    // optional
//         create_run(const accel_bk_run_desc &, std::unique_ptr<accel_bk_run> &)
//     };
//     struct accel_bk_run {
//         bind(const accel_bk_bind_desc &)
//         accel_bind_cost bind_cost(uint32_t port)                 // optional; does not throw
//         sizes(std::span<int64_t>)                                // optional
//         timings(std::span<accel_bk_timing>, uint32_t &count)     // optional
//     };
//     struct accel_bk_queue {
//         submit(const accel_bk_submit &, uint64_t &ticket)
//         wait(uint64_t ticket, uint64_t timeout_ns)
//         fence(uint64_t ticket, accel_handle_kind, int &fd)       // optional
//         cancel(uint64_t ticket)                                  // optional
//         transfer(const accel_bk_transfer &, uint64_t &ticket)    // optional
//     };
//
// and for the compiler any struct with
//
//     static constexpr accel_bk_operation kOperations[];
//     static target_info(uint32_t index, accel_bk_target_info &)   // comes zeroed
//     static query(const accel_graph_desc &, const accel_bk_compile_options &, std::span<accel_bk_support> nodes)
//     static build(std::span<const accel_graph_desc *const>, const accel_bk_compile_options &, std::unique_ptr<module::Built> &)
//     static check(std::span<const uint8_t> bytes, const char *target, accel_fit &)    // the fit comes as NONE
//
// Members are public and not overloaded. An optional one that is not there leaves its slot NULL; one that is there with other arguments does not compile.
// Destructors end what the objects stand for.
#pragma once

#include "module/built.h"
#include "module/guard.h"

#include <accel/backend.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <span>
#include <utility>

namespace accel::module {

// As much of value as the runtime's struct has.
template <class Struct> void give(Struct &out, Struct value)
{
    value.struct_size = std::min(out.struct_size, sizeof(Struct));
    std::memcpy(static_cast<void *>(&out), &value, value.struct_size);
}

// Asks for an out struct as this module knows it, and gives what there is room for.
template <class Struct, class Body> accel_status give_from(Struct *out, const Body &body) noexcept
{
    return guarded([&] {
        Struct value{};
        const accel_status status = body(value);
        if (status == ACCEL_STATUS_OK)
            give(*out, value);
        return status;
    });
}

template <class Device, class Buffer> constexpr void add_buffer_slots(accel_bk_device_ops &ops)
{
    ops.buffer_create = [](accel_bk_device *device, const accel_bk_buffer_desc *desc, accel_bk_buffer **out) {
        return guarded_making(out, [&](std::unique_ptr<Buffer> &made) { return static_cast<Device *>(device)->create_buffer(*desc, made); });
    };
    ops.buffer_destroy = [](accel_bk_buffer *buffer) { delete static_cast<Buffer *>(buffer); };
    ops.buffer_map = [](accel_bk_buffer *buffer, const accel_bk_access *access, void **out) {
        *out = nullptr;
        return guarded([&] { return static_cast<Buffer *>(buffer)->map(*access, *out); });
    };
    ops.buffer_unmap = [](accel_bk_buffer *buffer, const accel_bk_access *access) { return guarded([&] { return static_cast<Buffer *>(buffer)->unmap(*access); }); };
    if constexpr (requires { &Buffer::export_fd; })
        ops.buffer_export = [](accel_bk_buffer *buffer, accel_handle_kind kind, int *out) {
            *out = -1;
            return guarded([&] { return static_cast<Buffer *>(buffer)->export_fd(kind, *out); });
        };
}

template <class Device, class Program, class Run> constexpr void add_program_slots(accel_bk_device_ops &ops)
{
    ops.program_load = [](accel_bk_device *device, const accel_bk_load_desc *desc, accel_bk_program **out) {
        return guarded_making(out, [&](std::unique_ptr<Program> &made) { return static_cast<Device *>(device)->load(*desc, made); });
    };
    ops.program_unload = [](accel_bk_program *program) { delete static_cast<Program *>(program); };
    if constexpr (requires { &Program::scratch; })
        ops.program_scratch = [](accel_bk_program *program, uint32_t entry, uint32_t index, accel_bk_scratch *out) {
            return give_from(out, [&](accel_bk_scratch &value) { return static_cast<Program *>(program)->scratch(entry, index, value); });
        };
    ops.run_create = [](accel_bk_program *program, const accel_bk_run_desc *desc, accel_bk_run **out) {
        return guarded_making(out, [&](std::unique_ptr<Run> &made) { return static_cast<Program *>(program)->create_run(*desc, made); });
    };
    ops.run_destroy = [](accel_bk_run *run) { delete static_cast<Run *>(run); };
    ops.run_bind = [](accel_bk_run *run, const accel_bk_bind_desc *desc) { return guarded([&] { return static_cast<Run *>(run)->bind(*desc); }); };
    if constexpr (requires { &Run::bind_cost; })
        ops.run_bind_cost = [](accel_bk_run *run, uint32_t port) -> accel_bind_cost { return static_cast<Run *>(run)->bind_cost(port); };
    if constexpr (requires { &Run::sizes; })
        ops.run_sizes = [](accel_bk_run *run, int64_t *sizes, uint32_t count) { return guarded([&] { return static_cast<Run *>(run)->sizes(std::span(sizes, count)); }); };
    if constexpr (requires { &Run::timings; })
        ops.run_timings = [](accel_bk_run *run, accel_bk_timing *timings, uint32_t capacity, uint32_t *out_count) {
            *out_count = 0;
            return guarded([&] { return static_cast<Run *>(run)->timings(std::span(timings, capacity), *out_count); });
        };
}

template <class Device, class Queue> constexpr void add_queue_slots(accel_bk_device_ops &ops)
{
    ops.queue_create = [](accel_bk_device *device, const accel_bk_queue_desc *desc, accel_bk_queue **out) {
        return guarded_making(out, [&](std::unique_ptr<Queue> &made) { return static_cast<Device *>(device)->create_queue(*desc, made); });
    };
    ops.queue_destroy = [](accel_bk_queue *queue) { delete static_cast<Queue *>(queue); };
    ops.queue_submit = [](accel_bk_queue *queue, const accel_bk_submit *submit, uint64_t *out_ticket) {
        *out_ticket = 0;
        return guarded([&] { return static_cast<Queue *>(queue)->submit(*submit, *out_ticket); });
    };
    ops.queue_wait = [](accel_bk_queue *queue, uint64_t ticket, uint64_t timeout_ns) {
        return guarded_wait([&] { return static_cast<Queue *>(queue)->wait(ticket, timeout_ns); });
    };
    if constexpr (requires { &Queue::fence; })
        ops.queue_fence = [](accel_bk_queue *queue, uint64_t ticket, accel_handle_kind kind, int *out) {
            *out = -1;
            return guarded([&] { return static_cast<Queue *>(queue)->fence(ticket, kind, *out); });
        };
    if constexpr (requires { &Queue::cancel; })
        ops.queue_cancel = [](accel_bk_queue *queue, uint64_t ticket) { return guarded([&] { return static_cast<Queue *>(queue)->cancel(ticket); }); };
    if constexpr (requires { &Queue::transfer; })
        ops.queue_transfer = [](accel_bk_queue *queue, const accel_bk_transfer *transfer, uint64_t *out_ticket) {
            *out_ticket = 0;
            return guarded([&] { return static_cast<Queue *>(queue)->transfer(*transfer, *out_ticket); });
        };
}

// constexpr accel_bk_device_ops kDevice = module::device_table(); where all five structs are complete. The parameters stay as they are: they only make this
// wait for the structs.
template <class Device = accel_bk_device, class Buffer = accel_bk_buffer, class Program = accel_bk_program, class Run = accel_bk_run, class Queue = accel_bk_queue>
constexpr accel_bk_device_ops device_table()
{
    accel_bk_device_ops ops{};
    ops.struct_size = sizeof ops;
    ops.device_open = [](const accel_bk_open *open, accel_bk_device **out) {
        return guarded_making(out, [&](std::unique_ptr<Device> &made) { return Device::open(*open, made); });
    };
    ops.device_close = [](accel_bk_device *device) { delete static_cast<Device *>(device); };
    ops.device_info = [](accel_bk_device *device, accel_bk_device_info *info) {
        return give_from(info, [&](accel_bk_device_info &value) { return static_cast<Device *>(device)->info(value); });
    };
    add_buffer_slots<Device, Buffer>(ops);
    add_program_slots<Device, Program, Run>(ops);
    add_queue_slots<Device, Queue>(ops);
    return ops;
}

// constexpr accel_bk_compiler kCompiler = module::compiler_table<Compiler>();
template <class Compiler> constexpr accel_bk_compiler compiler_table()
{
    accel_bk_compiler table{};
    table.struct_size = sizeof table;
    table.operations = std::data(Compiler::kOperations);
    table.operation_count = static_cast<uint32_t>(std::size(Compiler::kOperations));
    table.target_info = [](uint32_t index, accel_bk_target_info *info) {
        return give_from(info, [&](accel_bk_target_info &value) { return Compiler::target_info(index, value); });
    };
    table.query = [](const accel_bk_host *, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *out_nodes) {
        return guarded([&] { return Compiler::query(*graph, *options, std::span(out_nodes, graph->node_count)); });
    };
    table.build = [](const accel_bk_host *, const accel_graph_desc *const *graphs, uint32_t graph_count, const accel_bk_compile_options *options,
                     accel_bk_blob **out_blob) {
        *out_blob = nullptr;
        return guarded([&] {
            std::unique_ptr<Built> built;
            const accel_status status = Compiler::build(std::span(graphs, graph_count), *options, built);
            if (status == ACCEL_STATUS_OK)
                *out_blob = hand_out(std::move(built));
            return status;
        });
    };
    table.check = [](const accel_bk_host *, const void *bytes, uint64_t byte_count, const char *target, accel_fit *out_fit) {
        *out_fit = ACCEL_FIT_NONE;
        return guarded([&] { return Compiler::check(std::span(static_cast<const uint8_t *>(bytes), byte_count), target, *out_fit); });
    };
    return table;
}

inline constexpr accel_bk_sizes kSizes = ACCEL_BK_SIZES;

// What a module's entry answers. name: as in its manifest. Tables that the module does not have are null; so is after_fork where a child cannot use it.
constexpr accel_bk_module describe(const char *name, const char *version, const accel_bk_compiler *compiler, const accel_bk_device_ops *device,
                                   accel_status (*after_fork)(const accel_bk_fork *))
{
    accel_bk_module module{};
    module.struct_size = sizeof module;
    module.api_version = ACCEL_BK_API_VERSION;
    module.sizes = &kSizes;
    module.name = name;
    module.version = version;
    module.compiler = compiler;
    module.device = device;
    module.after_fork = after_fork;
    return module;
}

// For accel_module_entry: `return module::enter(kModule, host);`.
inline const accel_bk_module *enter(const accel_bk_module &module, const accel_bk_host *host)
{
    set_host(host);
    return &module;
}

// For accel_bk_module.after_fork of a module of which nothing but its host outlives the runtime's objects.
inline accel_status after_fork(const accel_bk_fork *fork)
{
    set_host(fork->host);
    return ACCEL_STATUS_OK;
}

}  // namespace accel::module
