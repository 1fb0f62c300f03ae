// SPDX-License-Identifier: MIT
// Making a run, its steps, its copies, its flight.
#include "run.h"

#include <algorithm>

#include "catalog.h"
#include "check.h"
#include "copy.h"
#include "model.h"
#include "module_call.h"
#include "queue_core.h"

using namespace accel::runtime;

accel_run::accel_run(accel_program *program, uint32_t entry, accel_state *state)
    : Object(ObjectType::Run), program_(program), entry_(program->entries[entry]), state_(state), ports_(entry_.ports.size())
{
}

accel_run::~accel_run()
{
    for (const SegmentRun &segment : segments_)
        if (segment.handle)
            tell_module(segment.device->module_name(), "run_destroy", [&] { segment.device->ops().run_destroy(segment.handle); });
}

accel_status accel_run::prepare()
{
    for (uint32_t i = 0; i < entry_.segments.size(); ++i)
        ACCEL_TRY(prepare_segment(i));
    places_ = place_values(entry_.values);
    plan_steps();
    for (uint32_t i = 0; i < entry_.values.size(); ++i)
        ACCEL_TRY(prepare_memory(i));
    ACCEL_TRY(prepare_state());
    // An entry point without ports of the application's can be submitted as it is.
    if (entry_.application_ports.empty())
        return bind({});
    return ACCEL_STATUS_OK;
}

/// Bind the ports of variables, for good.
accel_status accel_run::prepare_state()
{
    if (entry_.application_ports.size() == entry_.ports.size()) {
        state_ = {};
        return ACCEL_STATUS_OK;
    }
    if (!state_) {
        state_ = Ref<accel_state>::adopt(new accel_state(program_.get()));
        ACCEL_TRY(state_->prepare({}));
    }
    for (uint32_t port = 0; port < ports_.size(); ++port) {
        if (entry_.ports[port].variable == UINT32_MAX)
            continue;
        const StatePlace &place = state_->place(entry_.ports[port].variable);
        ports_[port] = {place.buffer, place.offset_bytes};
    }
    return check_buffer_counts(ports_);
}

accel_status accel_run::prepare_segment(uint32_t index)
{
    const LoadedBlob &loaded = *program_->blobs[entry_.segments[index].blob].loaded;
    SegmentRun segment;
    segment.device = loaded.device();
    if (segment.device->lost() != ACCEL_STATUS_OK)
        return fail(segment.device->lost(), "Q-12", program_.get(), "the device of module '%s' is lost; open it again and build the program again",
                    segment.device->module_name());
    segments_.reserve(entry_.segments.size());  // so that no run is lost for want of a place
    clear_module_error();
    accel_bk_run_desc desc{};
    desc.struct_size = sizeof desc;
    desc.entry = entry_.segments[index].graph;
    const accel_status status = segment.device->ops().run_create(loaded.program(), &desc, &segment.handle);
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, segment.device->module_name(), "run_create", program_.get());
    if (!segment.handle)
        return fail(ACCEL_STATUS_INTERNAL, "M-9", program_.get(), "module '%s' answered OK to 'run_create' without a run", segment.device->module_name());
    segments_.push_back(std::move(segment));
    return ACCEL_STATUS_OK;
}

namespace {

/// Does one of them lie in the memory of this value?
bool names_memory(const std::vector<Value> &values, const std::vector<PortSource> &sources, uint32_t value)
{
    return std::any_of(sources.begin(), sources.end(), [&](const PortSource &source) { return source.kind == PortSource::Kind::Value && memory_of(values, source.index) == value; });
}

}  // namespace

accel_status accel_run::prepare_memory(uint32_t index)
{
    Ref<accel_buffer> &memory = memories_.emplace_back();
    const Value &value = entry_.values[index];
    if (value.memory_of != UINT32_MAX)
        return ACCEL_STATUS_OK;
    std::vector<std::shared_ptr<OpenDevice>> devices;
    for (uint32_t i = 0; i < segments_.size(); ++i) {
        const Segment &segment = entry_.segments[i];
        const bool named = names_memory(entry_.values, segment.input_sources, index) || names_memory(entry_.values, segment.output_sources, index);
        if (named && std::find(devices.begin(), devices.end(), segments_[i].device) == devices.end())
            devices.push_back(segments_[i].device);
    }
    // Only copied on: it can live anywhere.
    if (devices.empty())
        devices.push_back(segments_[value.from_segment].device);
    accel_buffer *buffer = nullptr;
    BufferRequest request;
    request.size_bytes = places_.memories[index].size_bytes;
    request.align_bytes = places_.memories[index].align_bytes;
    request.usage = ACCEL_BUFFER_USAGE_PORT | (copies_memory(index) ? ACCEL_BUFFER_USAGE_MAP : 0u);
    ACCEL_TRY(make_buffer(program_->instance, request, devices, &buffer));
    memory = Ref<accel_buffer>::adopt(buffer);
    return ACCEL_STATUS_OK;
}

void accel_run::plan_steps()
{
    std::vector<bool> copied(entry_.values.size(), false);
    // A copy whose source is a copy needs that one first.
    const auto plan_copy = [&](const auto &self, uint32_t index) -> void {
        const Value &value = entry_.values[index];
        if (value.copy_of == UINT32_MAX || copied[index])
            return;
        copied[index] = true;
        if (!value.copy_of_port)
            self(self, value.copy_of);
        steps_.push_back({Step::Kind::Copy, 0, {value.copy_of_port, value.copy_of}, {false, index}});
    };
    for (uint32_t i = 0; i < entry_.segments.size(); ++i) {
        for (const PortSource &source : entry_.segments[i].input_sources)
            if (source.kind == PortSource::Kind::Value)
                plan_copy(plan_copy, source.index);
        steps_.push_back({Step::Kind::Segment, i, {}, {}});
    }
    for (uint32_t i = 0; i < entry_.values.size(); ++i) {
        if (entry_.values[i].port_of == UINT32_MAX)
            continue;
        plan_copy(plan_copy, i);
        steps_.push_back({Step::Kind::Copy, 0, {false, i}, {true, entry_.values[i].port_of}});
    }
    is_copied_.assign(ports_.size(), false);
    for (const Step &step : steps_)
        for (const CopyEnd &end : {step.from, step.to})
            if (step.kind == Step::Kind::Copy && end.is_port)
                is_copied_[end.index] = true;
}

/// Does the CPU copy something that lies in the memory of this value?
bool accel_run::copies_memory(uint32_t value) const
{
    for (const Step &step : steps_)
        for (const CopyEnd &end : {step.from, step.to})
            if (step.kind == Step::Kind::Copy && !end.is_port && memory_of(entry_.values, end.index) == value)
                return true;
    return false;
}

uint32_t accel_run::application_number(uint32_t port) const
{
    return static_cast<uint32_t>(std::find(entry_.application_ports.begin(), entry_.application_ports.end(), port) - entry_.application_ports.begin());
}

const PortLayout &accel_run::layout_of(CopyEnd end) const { return end.is_port ? entry_.ports[end.index].layout : entry_.values[end.index].layout; }

MemoryPlace accel_run::place_of(CopyEnd end) const
{
    if (end.is_port)
        return {ports_[end.index].buffer.get(), ports_[end.index].offset_bytes};
    return {memories_[memory_of(entry_.values, end.index)].get(), places_.offsets_bytes[end.index]};
}

accel_status accel_run::copy(const Step &step)
{
    const MemoryPlace from_place = place_of(step.from), to_place = place_of(step.to);
    accel_buffer &from = *from_place.buffer, &to = *to_place.buffer;
    const PortLayout &from_layout = layout_of(step.from), &to_layout = layout_of(step.to);
    void *source = nullptr, *destination = nullptr;
    const MemoryRange from_part = {from_place.offset_bytes, from_layout.size_bytes}, to_part = {to_place.offset_bytes, to_layout.size_bytes};
    if (from_part.size_bytes == 0 || to_part.size_bytes == 0)
        return ACCEL_STATUS_OK;
    ACCEL_TRY(from.begin_access(ACCEL_ACCESS_READ, from_part, &source));
    const accel_status status = to.begin_access(ACCEL_ACCESS_WRITE, to_part, &destination);
    if (status == ACCEL_STATUS_OK) {
        copy_strided(static_cast<char *>(source) + from_place.offset_bytes, from_layout.strides_bytes, static_cast<char *>(destination) + to_place.offset_bytes,
                     to_layout.strides_bytes, from_layout.dims, type_size_bytes(from_layout.type));
        to.end_access(ACCEL_ACCESS_WRITE, to_part);
    }
    from.end_access(ACCEL_ACCESS_READ, from_part);
    return status;
}

bool accel_run::begin_flight(QueueCore &core)
{
    QueueCore *none = nullptr;
    bool begun = flight_.compare_exchange_strong(none, &core, std::memory_order_acq_rel);
    if (!begun && !in_flight()) [[unlikely]] {
        none = nullptr;
        begun = flight_.compare_exchange_strong(none, &core, std::memory_order_acq_rel);
    }
    if (begun && state_)
        state_->enter();
    return begun;
}

void accel_run::end_flight(bool finished)
{
    const std::lock_guard guard(lock_);
    if (finished)
        finished_.store(true, std::memory_order_relaxed);
    if (state_)
        state_->leave();
    flight_.store(nullptr, std::memory_order_release);
}

void accel_run::keep_memory()
{
    for (const PortBinding &port : ports_)
        if (port.buffer)
            port.buffer->keep();
    for (const Ref<accel_buffer> &memory : memories_)
        if (memory)
            memory->keep();
    program_->keep();
    if (program_->model)
        program_->model->keep();
}

bool accel_run::in_flight()
{
    if (!flight_.load(std::memory_order_acquire))
        return false;
    QueueCore *core;
    {
        // While the run is in flight its queue has not retired it, so the queue is alive; the lock keeps that true until it is counted.
        const std::lock_guard guard(lock_);
        core = flight_.load(std::memory_order_relaxed);
        if (!core)
            return false;
        core->ref();
    }
    core->poll();
    core->unref();
    return flight_.load(std::memory_order_acquire) != nullptr;
}

accel_status accel_run::check_ready() const
{
    if (ready_) [[likely]]
        return ACCEL_STATUS_OK;
    for (uint32_t i = 0; i < ports_.size(); ++i)
        if (!ports_[i].buffer)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-2", this, "port %u ('%s') is not bound", application_number(i), entry_.ports[i].name.c_str());
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-2", this, "a bind failed in between, and a module could not take back what it had; bind the ports again");
}

accel_status accel_run::output_dims(uint32_t port, int64_t *dims, uint32_t dim_capacity, uint32_t *out_rank)
{
    if (port >= entry_.application_ports.size() || port < entry_.application_input_count)
        return fail(ACCEL_STATUS_NOT_FOUND, "R-6", this, "port %u is no output; outputs are %u to %zu", port, entry_.application_input_count, entry_.application_ports.size());
    port = entry_.application_ports[port];
    if (in_flight() || !finished_.load(std::memory_order_acquire))
        return fail(ACCEL_STATUS_NOT_READY, "R-6", this, "no submission of this run has finished yet");
    // The device that writes the port directly may know better than the built shape.
    for (uint32_t i = 0; i < segments_.size(); ++i) {
        const Segment &segment = entry_.segments[i];
        for (uint32_t output = 0; output < segment.output_sources.size(); ++output) {
            const PortSource &source = segment.output_sources[output];
            if (source.kind != PortSource::Kind::Port || source.index != port || !segments_[i].device->ops().run_output_dims)
                continue;
            clear_module_error();
            const auto number = static_cast<uint32_t>(segment.inputs.size()) + output;
            const accel_status status = segments_[i].device->ops().run_output_dims(segments_[i].handle, number, dims, dim_capacity, out_rank);
            return status == ACCEL_STATUS_OK ? status : fail_from_module(status, segments_[i].device->module_name(), "run_output_dims", this);
        }
    }
    const std::vector<int64_t> &built = entry_.ports[port].layout.dims;
    for (uint32_t axis = 0; axis < built.size() && axis < dim_capacity; ++axis)
        dims[axis] = built[axis];
    *out_rank = static_cast<uint32_t>(built.size());
    return ACCEL_STATUS_OK;
}
