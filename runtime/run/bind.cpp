// SPDX-License-Identifier: MIT
// Binding buffers to the ports of a run.
#include <algorithm>
#include <cstdio>
#include <set>

#include "base/check.h"
#include "run.h"

using namespace accel::runtime;

namespace {

bool overlap(const PortBinding &a, uint64_t a_bytes, const PortBinding &b, uint64_t b_bytes)
{
    return a.buffer.get() == b.buffer.get() && a.offset_bytes < b.offset_bytes + b_bytes && b.offset_bytes < a.offset_bytes + a_bytes;
}

}  // namespace

accel_status accel_run::check_binding(const accel_binding &binding, uint32_t number, std::span<const accel_binding> all, uint64_t *out_size_bytes) const
{
    if (binding.port >= entry().application_ports.size())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", this, "bindings[%u].port is %u, the entry point has %zu ports", number, binding.port, entry().application_ports.size());
    const ProgramPort &port = entry().ports[entry().application_ports[binding.port]];
    if (binding.flags)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", this, "bindings[%u].flags is 0x%x, expected 0", number, binding.flags);
    for (uint32_t i = 0; i < number; ++i)
        if (all[i].port == binding.port)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", this, "port %u ('%s') is named twice, by bindings[%u] and bindings[%u]", binding.port,
                        port.name.c_str(), i, number);
    if (!binding.buffer && (binding.offset_bytes || binding.size_bytes))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-15", this, "bindings[%u].buffer is NULL, which unbinds port '%s', with offset %llu and size %llu, expected 0", number, port.name.c_str(),
                    static_cast<unsigned long long>(binding.offset_bytes), static_cast<unsigned long long>(binding.size_bytes));
    return binding.buffer ? check_memory(binding, number, out_size_bytes) : ACCEL_STATUS_OK;
}

accel_status accel_run::check_memory(const accel_binding &binding, uint32_t number, uint64_t *out_size_bytes) const
{
    const uint32_t own = entry().application_ports[binding.port];
    const ProgramPort &port = entry().ports[own];
    ACCEL_TRY(check_handle(binding.buffer, "bindings[].buffer"));
    if (binding.buffer->instance() != program_->instance)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", binding.buffer, "bindings[%u].buffer is of another instance than the program", number);
    if (port.layout.align_bytes > 1 && binding.offset_bytes % port.layout.align_bytes != 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", this, "bindings[%u].offset_bytes is %llu, port '%s' needs a multiple of %llu", number,
                    static_cast<unsigned long long>(binding.offset_bytes), port.name.c_str(), static_cast<unsigned long long>(port.layout.align_bytes));
    const uint64_t size_bytes = binding.buffer->size_bytes();
    const uint64_t rest_bytes = size_bytes > binding.offset_bytes ? size_bytes - binding.offset_bytes : 0;
    // Before all sizes have a value nobody knows; where one depends on data, the submission tells.
    const uint64_t needed_bytes = !has_sizes() ? 0 : port.data_dims.empty() ? port.layout.size_bytes
                                                                            : 1;
    *out_size_bytes = binding.size_bytes ? binding.size_bytes : rest_bytes;
    if (binding.offset_bytes > size_bytes || rest_bytes < needed_bytes || binding.size_bytes > rest_bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", this, "bindings[%u]: port '%s' needs %llu bytes, the buffer has %llu from offset %llu on", number,
                    port.name.c_str(), static_cast<unsigned long long>(std::max(needed_bytes, binding.size_bytes)), static_cast<unsigned long long>(rest_bytes),
                    static_cast<unsigned long long>(binding.offset_bytes));
    if (*out_size_bytes < needed_bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", this, "bindings[%u].size_bytes is %llu, port '%s' needs %llu bytes", number, static_cast<unsigned long long>(binding.size_bytes),
                    port.name.c_str(), static_cast<unsigned long long>(needed_bytes));
    const uint32_t usage = ACCEL_BUFFER_USAGE_PORT | (has_sizes() && body_.is_copied[own] ? uint32_t{ACCEL_BUFFER_USAGE_MAP} : 0);
    if (const uint32_t lacking = usage & ~binding.buffer->usage())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-12", binding.buffer, "bindings[%u]: port '%s' needs memory of usage 0x%x, the buffer was made for 0x%x%s", number, port.name.c_str(),
                    usage, binding.buffer->usage(), lacking == ACCEL_BUFFER_USAGE_MAP ? "; the CPU copies this port, so add MAP to desc.usage when you create it" : "");
    const uint32_t needed = port.direction == ACCEL_PORT_DIRECTION_OUTPUT ? ACCEL_ACCESS_WRITE : ACCEL_ACCESS_READ;
    if (!(binding.buffer->access() & needed))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", binding.buffer, "bindings[%u]: port '%s' needs access 0x%x, the buffer was imported with 0x%x", number,
                    port.name.c_str(), needed, binding.buffer->access());
    return ACCEL_STATUS_OK;
}

bool accel_run::has_memory(const std::vector<PortBinding> &ports, uint32_t port) const
{
    const PortBinding &bound = ports[port];
    const PortLayout &layout = entry().ports[port].layout;
    if (!bound.buffer || bound.size_bytes < (entry().ports[port].data_dims.empty() ? layout.size_bytes : 1))
        return false;
    // It may have been bound for other sizes, or before all had a value.
    return (layout.align_bytes <= 1 || bound.offset_bytes % layout.align_bytes == 0) && (!body_.is_copied[port] || bound.buffer->usage() & ACCEL_BUFFER_USAGE_MAP);
}

/// What a run writes into its scratch must not be its inputs, or its results.
accel_status accel_run::check_beside_scratch(const std::vector<PortBinding> &ports) const
{
    for (uint32_t port = 0; scratch_places() && port < ports.size(); ++port)
        for (const accel_scratch::Place &place : *scratch_places())
            if (ports[port].buffer && place.buffer && overlap(ports[port], entry().ports[port].layout.size_bytes, {place.buffer, place.offset_bytes}, place.piece.size_bytes))
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", this, "port '%s' overlaps the run's scratch", entry().ports[port].name.c_str());
    return ACCEL_STATUS_OK;
}

accel_status accel_run::check_overlaps(const std::vector<PortBinding> &ports) const
{
    ACCEL_TRY(check_beside_scratch(ports));
    for (uint32_t output = entry().input_count; output < ports.size(); ++output) {
        if (!ports[output].buffer)
            continue;
        const ProgramPort &written = entry().ports[output];
        for (uint32_t other = 0; other < ports.size(); ++other) {
            const ProgramPort &port = entry().ports[other];
            if (other == output || !ports[other].buffer || (written.variable != UINT32_MAX && port.variable != UINT32_MAX))
                continue;
            // The whole of an input that the module may write over.
            const bool in_place = written.in_place_of == other && ports[output].offset_bytes == ports[other].offset_bytes;
            if (!in_place && overlap(ports[output], std::min(written.layout.size_bytes, ports[output].size_bytes), ports[other], std::min(port.layout.size_bytes, ports[other].size_bytes)))
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", this, "output '%s' overlaps the memory of port '%s'", written.name.c_str(), port.name.c_str());
        }
    }
    return ACCEL_STATUS_OK;
}

/// Each segment's job names the buffers of its own ports.
accel_status accel_run::check_buffer_counts(const std::vector<PortBinding> &ports) const
{
    for (const Segment &segment : entry().segments) {
        if (segment.buffer_count_max == 0)
            continue;
        std::set<const accel_buffer *> distinct, of_state;
        for (const auto *sources : {&segment.input_sources, &segment.output_sources})
            for (const PortSource &source : *sources)
                if (source.kind == PortSource::Kind::Port && ports[source.index].buffer) {
                    distinct.insert(ports[source.index].buffer.get());
                    if (entry().ports[source.index].variable != UINT32_MAX)
                        of_state.insert(ports[source.index].buffer.get());
                }
        // Those of a state as libaccel makes it are left out of the number already.
        const uint64_t most = uint64_t{segment.buffer_count_max} + state_buffers(segment, entry().ports, program().variables);
        if (distinct.size() <= most)
            continue;
        char state[64] = "";
        if (!of_state.empty())
            snprintf(state, sizeof state, ", %zu of them its state's", of_state.size());
        return fail(ACCEL_STATUS_LIMIT, "R-7", this, "%zu distinct buffers are bound to the ports of device '%s'%s, which takes at most %llu of them; put several %s into one buffer",
                    distinct.size(), program_->places[segment.device].id.c_str(), state, static_cast<unsigned long long>(most), of_state.size() > 1 ? "variables" : "ports");
    }
    return ACCEL_STATUS_OK;
}

/// Where a segment finds one of its ports, which needs size_bytes.
accel_status accel_run::source_memory(const PortSource &source, uint64_t size_bytes, const std::shared_ptr<OpenDevice> &device, const std::vector<PortBinding> &ports,
                                      accel_bk_memory *out)
{
    if (source.kind == PortSource::Kind::Value) {
        *out = {body_.memories[memory_of(entry().values, source.index)]->on(*device), body_.places.offsets_bytes[source.index], size_bytes};
        return out->buffer ? ACCEL_STATUS_OK : fail(ACCEL_STATUS_INTERNAL, "", this, "value %u has no memory on its device", source.index);
    }
    accel_buffer &buffer = *ports[source.index].buffer;
    out->offset_bytes = ports[source.index].offset_bytes;
    out->size_bytes = size_bytes;
    out->buffer = buffer.on(*device);
    if (out->buffer)
        return ACCEL_STATUS_OK;
    const ProgramPort &port = entry().ports[source.index];
    if (entry().segments.size() > 0 && program_->devices[port.device].get() && body_.segments.size() > 1) {
        // Another device than the port's own reads it too: make the memory known there.
        std::shared_ptr<OpenDevice> own = program_->devices[port.device]->entry().peek();
        if (own && own != device && buffer.on(*own))
            return buffer.attach(device, &out->buffer);
    }
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", &buffer,
                "the buffer for port '%s' was not made for the port's device '%s'; name that device when you create or import it", port.name.c_str(),
                program_->devices[port.device]->entry().id());
}

/// The memory of a segment's ports in their order; empty while one of its ports is unbound.
accel_status accel_run::collect(uint32_t index, const std::vector<PortBinding> &ports, PortMemory *out)
{
    const Segment &segment = entry().segments[index];
    *out = {};
    for (const auto *sources : {&segment.input_sources, &segment.output_sources})
        for (const PortSource &source : *sources)
            if (source.kind == PortSource::Kind::Port && !has_memory(ports, source.index))
                return ACCEL_STATUS_OK;
    out->buffers = std::make_shared<std::vector<Ref<accel_buffer>>>();
    const auto add = [&](const std::vector<PortSource> &sources, const std::vector<PortLayout> &layouts) -> accel_status {
        for (size_t i = 0; i < sources.size(); ++i) {
            accel_bk_memory memory{};
            const bool data = sources[i].kind == PortSource::Kind::Port && !entry().ports[sources[i].index].data_dims.empty();
            const uint64_t size_bytes = data ? std::min(layouts[i].size_bytes, ports[sources[i].index].size_bytes) : layouts[i].size_bytes;
            ACCEL_TRY(source_memory(sources[i], size_bytes, body_.segments[index].device, ports, &memory));
            out->places.push_back(memory);
            const bool is_value = sources[i].kind == PortSource::Kind::Value;
            out->buffers->push_back(is_value ? body_.memories[memory_of(entry().values, sources[i].index)] : ports[sources[i].index].buffer);
        }
        return ACCEL_STATUS_OK;
    };
    ACCEL_TRY(add(segment.input_sources, segment.inputs));
    return add(segment.output_sources, segment.outputs);
}

accel_status accel_run::bind_segment(uint32_t index, const PortMemory &memory)
{
    const SegmentRun &segment = body_.segments[index];
    clear_module_error();
    const ModuleArray<accel_bk_memory> shown(memory.places.data(), memory.places.size(), segment.device->sizes().memory);
    accel_bk_bind_desc desc{};
    desc.struct_size = sizeof desc;
    desc.ports = shown.data();
    desc.port_count = static_cast<uint32_t>(memory.places.size());
    if (const std::vector<int64_t> &sizes = entry().segments[index].sizes; !sizes.empty()) {
        desc.sizes = sizes.data();
        desc.size_count = static_cast<uint32_t>(sizes.size());
    }
    const accel_status status = segment.device->ops().run_bind(segment.handle, &desc);
    segment.made->held = status == ACCEL_STATUS_OK ? memory.buffers : nullptr;
    return status == ACCEL_STATUS_OK ? status : fail_from_module(status, segment.device->module_name(), "run_bind", this);
}

/// What the segment had before. A module that cannot even take that leaves the run unbound, so that no submission works on a mixture.
void accel_run::give_back(uint32_t index)
{
    SegmentRun &segment = body_.segments[index];
    if (segment.bound.places.empty() || guarded([&] { return bind_segment(index, segment.bound); }) == ACCEL_STATUS_OK)
        return;
    segment.bound = {};
    ready_ = false;
}

/// Hand new bindings to the modules; when one refuses, give back to the others what they had.
accel_status accel_run::apply(std::vector<PortMemory> &wanted)
{
    const auto same = [](const std::vector<accel_bk_memory> &a, const std::vector<accel_bk_memory> &b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [](const accel_bk_memory &x, const accel_bk_memory &y) { return x.buffer == y.buffer && x.offset_bytes == y.offset_bytes && x.size_bytes == y.size_bytes; });
    };
    std::vector<uint32_t> changed;
    changed.reserve(wanted.size());  // once a module has bound, nothing here may fail for want of memory
    for (uint32_t i = 0; i < wanted.size(); ++i) {
        const Segment &segment = entry().segments[i];
        const bool has_ports = !segment.input_sources.empty() || !segment.output_sources.empty();
        const bool is_bound = !wanted[i].places.empty();
        if ((!is_bound && has_ports) || (is_bound && same(wanted[i].places, body_.segments[i].bound.places)))
            continue;
        const accel_status status = guarded([&] { return bind_segment(i, wanted[i]); });  // a module of another version is shown a copy, for which memory may be short
        if (status != ACCEL_STATUS_OK) {
            const KeptError kept;
            changed.push_back(i);
            for (const uint32_t done : changed)
                give_back(done);
            return kept.put_back();
        }
        changed.push_back(i);
    }
    for (const uint32_t i : changed)
        body_.segments[i].bound = std::move(wanted[i]);
    return ACCEL_STATUS_OK;
}

accel_status accel_run::bind_ports(std::span<const accel_binding> bindings)
{
    std::vector<PortBinding> ports = ports_;
    for (uint32_t i = 0; i < bindings.size(); ++i) {
        uint64_t size_bytes = 0;
        ACCEL_TRY(check_binding(bindings[i], i, bindings, &size_bytes));
        ports[entry().application_ports[bindings[i].port]] = {Ref<accel_buffer>(bindings[i].buffer), bindings[i].offset_bytes, size_bytes};
    }
    if (!has_sizes()) {
        ports_ = std::move(ports);
        return ACCEL_STATUS_OK;
    }
    ACCEL_TRY(take_defaults(&ports));
    ACCEL_TRY(check_overlaps(ports));
    ACCEL_TRY(check_buffer_counts(ports));
    std::vector<PortMemory> wanted(body_.segments.size());
    for (uint32_t i = 0; i < body_.segments.size(); ++i)
        ACCEL_TRY(collect(i, ports, &wanted[i]));
    std::vector<uint32_t> unbound;
    for (uint32_t i = 0; i < wanted.size(); ++i)
        if (wanted[i].places.empty())
            unbound.push_back(i);
    ACCEL_TRY(apply(wanted));
    // A device that was given memory has it until it takes all ports anew, which it does before it runs.
    for (const uint32_t i : unbound)
        body_.segments[i].bound = {};
    ports_ = std::move(ports);
    forget_told();
    offer_conversions();
    ready_ = true;
    for (uint32_t i = 0; i < ports_.size(); ++i)
        ready_ = ready_ && has_memory(ports_, i);
    return ACCEL_STATUS_OK;
}

accel_status accel_run::bind(const BindRequest &request)
{
    if (in_flight())
        return fail(ACCEL_STATUS_BUSY, "R-1", this, "the run is in flight; bind it when its fence is reached");
    if (request.symbols.empty())
        return bind_ports(request.bindings);
    if (!open_sizes_)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-7", this, "symbol '%s' is not open in this program; no size is", request.symbols[0].name ? request.symbols[0].name : "");
    return bind_sizes(request);
}

/// Where no compiler runs: what lies between the segments is planned and made anew.
accel_bind_cost accel_run::sizes_cost() const { return ACCEL_BIND_COST_REBUILD; }

accel_status accel_run::bind_cost(uint32_t port, accel_bind_cost *out_cost)
{
    if (port == ACCEL_NONE) {
        *out_cost = !open_sizes_ ? ACCEL_BIND_COST_FREE : open_sizes_->compiles() ? ACCEL_BIND_COST_COMPILE
                                                                                  : sizes_cost();
        return ACCEL_STATUS_OK;
    }
    if (port >= entry().application_ports.size())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", this, "port %u was asked for, the entry point has %zu ports", port, entry().application_ports.size());
    port = entry().application_ports[port];
    *out_cost = ACCEL_BIND_COST_FREE;
    for (uint32_t i = 0; i < body_.segments.size(); ++i) {
        const Segment &segment = entry().segments[i];
        const accel_bk_device_ops &ops = body_.segments[i].device->ops();
        uint32_t number = 0;
        for (const auto *sources : {&segment.input_sources, &segment.output_sources})
            for (const PortSource &source : *sources) {
                if (source.kind == PortSource::Kind::Port && source.index == port && ops.run_bind_cost)
                    *out_cost = std::max(*out_cost, std::min(ops.run_bind_cost(body_.segments[i].handle, number), ACCEL_BIND_COST_REBUILD));
                ++number;
            }
    }
    return ACCEL_STATUS_OK;
}
