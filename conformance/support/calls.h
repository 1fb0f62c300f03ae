// SPDX-License-Identifier: MIT
// Calls that take a description, for cases that are about their answer.
#pragma once

#include <accel/accel.hpp>

#include <string_view>
#include <vector>

namespace accel::conformance {

inline accel_status create_run(accel_program *program, accel_run **out_run)
{
    auto desc = sized<accel_run_desc>();
    desc.program = program;
    return accel_run_create(&desc, out_run);
}

/// element_size: of a caller that may lie about it.
inline accel_status bind_run(accel_run *run, const accel_binding *bindings, uint32_t count, uint32_t element_size = sizeof(accel_binding))
{
    auto desc = sized<accel_bind_desc>();
    desc.bindings = bindings;
    desc.binding_count = count;
    desc.binding_size = element_size;
    return accel_run_bind(run, &desc);
}

/// CPU access to a whole buffer.
inline accel_map_desc whole(uint32_t access)
{
    auto desc = sized<accel_map_desc>();
    desc.access = access;
    return desc;
}
inline accel_status map_buffer(accel_buffer *buffer, uint32_t access, void **out_pointer)
{
    const auto desc = whole(access);
    return accel_buffer_map(buffer, &desc, out_pointer);
}
inline accel_status unmap_buffer(accel_buffer *buffer, uint32_t access)
{
    const auto desc = whole(access);
    return accel_buffer_unmap(buffer, &desc);
}

inline accel_status join(const accel_join_port *ports, uint32_t count, accel_buffer_recipe *recipe)
{
    auto desc = sized<accel_join_desc>();
    desc.ports = ports;
    desc.port_count = count;
    desc.port_size = sizeof(accel_join_port);
    return accel_buffer_join(&desc, recipe);
}

inline accel_status check_program(const Instance &instance, std::string_view bytes, const char *name, accel_fit *out_fit)
{
    auto desc = sized<accel_program_load_desc>();
    desc.bytes = bytes.data();
    desc.byte_count = bytes.size();
    return accel_program_check(instance.get(), &desc, name, out_fit);
}

inline accel_status create_model(const Instance &instance, const std::vector<accel_entry_desc> &entries, accel_model **out_model)
{
    auto desc = sized<accel_model_desc>();
    desc.entries = entries.data();
    desc.entry_count = static_cast<uint32_t>(entries.size());
    desc.entry_size = sizeof(accel_entry_desc);
    return accel_model_create(instance.get(), &desc, out_model);
}

inline accel_status create_model(const Instance &instance, const accel_graph_desc &graph, accel_model **out_model) { return create_model(instance, {{"", &graph}}, out_model); }

/// Of its only entry point; NULL if it cannot be told.
inline const accel_graph_desc *graph_of(accel_model *model)
{
    auto info = sized<accel_model_entry_info>();
    return accel_model_entry(model, 0, &info) == ACCEL_STATUS_OK ? info.graph : nullptr;
}

inline accel_status load_program(const Instance &instance, std::string_view bytes, const std::vector<Device> &devices, accel_program **out_program)
{
    const auto list = handles(devices);
    auto desc = sized<accel_program_load_desc>();
    desc.bytes = bytes.data();
    desc.byte_count = bytes.size();
    desc.devices = list.data();
    desc.device_count = static_cast<uint32_t>(list.size());
    return accel_program_load(instance.get(), &desc, out_program);
}

inline accel_status import_fence(const Instance &instance, accel_handle_kind kind, int fd, accel_fence **out_fence)
{
    auto desc = sized<accel_fence_import_desc>();
    desc.kind = kind;
    desc.fd = fd;
    return accel_fence_import(instance.get(), &desc, out_fence);
}

/// Foreign memory for reading and writing on one device; the descriptor or pointer is still to be filled in.
inline accel_buffer_import_desc import_desc(accel_device *const *device, accel_handle_kind kind, uint64_t offset_bytes, uint64_t size_bytes)
{
    auto desc = sized<accel_buffer_import_desc>();
    desc.kind = kind;
    desc.fd = -1;
    desc.offset_bytes = offset_bytes;
    desc.size_bytes = size_bytes;
    desc.devices = device;
    desc.device_count = 1;
    desc.access = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
    return desc;
}

/// Sizes alone, with the ports that are bound.
inline accel_status try_bind(const Run &run, const std::vector<accel_symbol_value> &sizes, uint32_t flags = 0)
{
    auto desc = sized<accel_bind_desc>();
    desc.symbols = sizes.data();
    desc.symbol_count = static_cast<uint32_t>(sizes.size());
    desc.symbol_size = sizeof(accel_symbol_value);
    desc.flags = flags;
    return accel_run_bind(run.get(), &desc);
}

}  // namespace accel::conformance
