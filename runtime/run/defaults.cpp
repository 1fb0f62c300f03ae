// SPDX-License-Identifier: MIT
// Inputs that have values where nothing is bound.
#include <accel/layouts/conversion.h>

#include <algorithm>
#include <map>

#include "base/catalog.h"
#include "base/check.h"
#include "run.h"

using namespace accel::runtime;

namespace {

/// Dense row-major values into the layout of a port.
void write_default(const ProgramPort &port, void *to)
{
    const PortLayout dense = dense_like(port.layout);
    accel::layouts::Conversion(dense, port.layout, port.layout.tensor_type, port.layout.dims, port.layout.zero).run(port.default_values->data(), to);
}

}  // namespace

/// One buffer for the ports that the same devices read, filled once: nothing writes to an input.
accel_status accel_run::make_defaults()
{
    std::map<std::vector<uint32_t>, std::vector<uint32_t>> groups;
    for (uint32_t port = 0; port < entry().input_count; ++port)
        if (entry().ports[port].default_values)
            groups[entry().readers_of(port)].push_back(port);
    std::vector<PortBinding> made(entry().input_count);
    for (const auto &[readers, ports] : groups) {
        BufferRequest request;
        for (const uint32_t port : ports) {
            const PortLayout &layout = entry().ports[port].layout;
            const uint64_t align_bytes = std::max<uint64_t>(layout.align_bytes, 1);
            uint64_t begin;
            // Saved programs are not trusted.
            if (__builtin_add_overflow(request.size_bytes, align_bytes - 1, &begin) || __builtin_add_overflow(begin & ~(align_bytes - 1), layout.size_bytes, &request.size_bytes))
                return fail(ACCEL_STATUS_OUT_OF_MEMORY, "", this, "the defaults of inputs need more memory than there is");
            made[port].offset_bytes = begin & ~(align_bytes - 1);
            request.align_bytes = std::max(request.align_bytes, layout.align_bytes);
        }
        request.size_bytes = std::max<uint64_t>(request.size_bytes, 1);
        std::vector<std::shared_ptr<OpenDevice>> devices;
        for (size_t i = 0; i < body_.segments.size(); ++i)
            if (std::find(readers.begin(), readers.end(), entry().segments[i].device) != readers.end() &&
                std::find(devices.begin(), devices.end(), body_.segments[i].device) == devices.end())
                devices.push_back(body_.segments[i].device);
        // What is copied before anybody reads it can live anywhere.
        if (devices.empty() && !body_.segments.empty())
            devices.push_back(body_.segments.front().device);
        if (devices.empty())
            ACCEL_TRY(program_->devices[entry().ports[ports.front()].device]->entry().open(&devices.emplace_back()));
        accel_buffer *buffer = nullptr;
        ACCEL_TRY(make_buffer(program_->instance, request, devices, &buffer));
        const Ref<accel_buffer> memory = Ref<accel_buffer>::adopt(buffer);
        const MemoryRange whole = {0, request.size_bytes};
        void *start = nullptr;
        ACCEL_TRY(memory->begin_access(ACCEL_ACCESS_WRITE, whole, &start));
        const accel_status status = guarded([&] {
            for (const uint32_t port : ports) {
                write_default(entry().ports[port], static_cast<char *>(start) + made[port].offset_bytes);
                made[port].buffer = memory;
                made[port].size_bytes = entry().ports[port].layout.size_bytes;
                made[port].is_default = true;
            }
            return ACCEL_STATUS_OK;
        });
        memory->end_access(ACCEL_ACCESS_WRITE, whole);
        ACCEL_TRY(status);
    }
    body_.defaults = std::move(made);
    return ACCEL_STATUS_OK;
}

/// Once all else is bound, and every size has a value. Other sizes have memory of their own for them.
accel_status accel_run::take_defaults(std::vector<PortBinding> *ports)
{
    bool wanted = false;
    for (uint32_t port = 0; port < ports->size(); ++port) {
        if ((*ports)[port].buffer && !(*ports)[port].is_default)
            continue;
        if (!entry().ports[port].default_values)
            return ACCEL_STATUS_OK;
        wanted = true;
    }
    if (!wanted || !has_sizes())
        return ACCEL_STATUS_OK;
    if (body_.defaults.empty())
        ACCEL_TRY(make_defaults());
    for (uint32_t port = 0; port < entry().input_count; ++port)
        if (!(*ports)[port].buffer || (*ports)[port].is_default)
            (*ports)[port] = body_.defaults[port];
    return ACCEL_STATUS_OK;
}
