// SPDX-License-Identifier: MIT
// Making a run, its steps, its copies, its flight.
#include "run.h"

#include <algorithm>

#include "catalog.h"
#include "check.h"
#include "copy.h"
#include "log.h"
#include "model.h"
#include "module_call.h"
#include "queue_core.h"

using namespace accel::runtime;

accel_run::accel_run(const accel_run_desc &desc)
    : Object(ObjectType::Run), program_(desc.program), entry_(desc.program->entries[desc.entry]), state_(desc.state), scratch_(desc.scratch), ports_(entry_.ports.size()),
      measures_((desc.flags & ACCEL_RUN_FLAG_TIMINGS) != 0), priority_(desc.priority)
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
    ACCEL_TRY(prepare_scratch());
    for (uint32_t i = 0; i < entry_.segments.size(); ++i)
        ACCEL_TRY(prepare_segment(i));
    places_ = place_values(entry_.values);
    plan_steps();
    for (uint32_t i = 0; i < entry_.values.size(); ++i)
        ACCEL_TRY(prepare_memory(i));
    if (measures_)
        timings_ = std::make_unique<Timings>(steps_.size());
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

accel_status accel_run::prepare_scratch()
{
    if (!scratch_)
        return ACCEL_STATUS_OK;
    scratch_places_ = scratch_->places(entry_);
    return scratch_places_ ? ACCEL_STATUS_OK
                           : fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", scratch_.get(), "the scratch was not made for this program; name the program in desc.programs of accel_scratch_create");
}

/// A module that cannot use the scratch makes its own, once told that there is none.
accel_status accel_run::create_on_module(uint32_t index, const accel_bk_run_desc &desc, accel_bk_run **out) const
{
    const LoadedBlob &loaded = *program_->blobs[entry_.segments[index].blob].loaded;
    const OpenDevice &device = *loaded.device();
    clear_module_error();
    accel_status status = device.ops().run_create(loaded.program(), &desc, out);
    if (status == ACCEL_STATUS_UNSUPPORTED && desc.scratch_count) {
        log_format(ACCEL_LOG_LEVEL_WARNING, device.module_name(), "a run allocates scratch of its own, as the module cannot use what is shared: %s", module_error());
        accel_bk_run_desc without = desc;
        without.scratch = nullptr;
        without.scratch_count = 0;
        clear_module_error();
        status = device.ops().run_create(loaded.program(), &without, out);
    }
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, device.module_name(), "run_create", program_.get());
    return *out ? status : fail(ACCEL_STATUS_INTERNAL, "M-9", program_.get(), "module '%s' answered OK to 'run_create' without a run", device.module_name());
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
    std::vector<accel_bk_memory> scratch;
    for (size_t i = 0; scratch_places_ && i < scratch_places_->size(); ++i)
        if (const accel_scratch::Place &place = (*scratch_places_)[i]; place.piece.segment == index && place.buffer)
            scratch.push_back({place.buffer->on(*segment.device), place.offset_bytes, place.piece.size_bytes});
    const ModuleArray<accel_bk_memory> shown(scratch.data(), scratch.size(), segment.device->sizes().memory);
    accel_bk_run_desc desc{};
    desc.struct_size = sizeof desc;
    desc.scratch = scratch.empty() ? nullptr : shown.data();
    desc.scratch_count = static_cast<uint32_t>(scratch.size());
    desc.entry = entry_.segments[index].graph;
    desc.flags = measures_ && segment.device->ops().run_timings ? ACCEL_BK_RUN_FLAG_TIMINGS : 0;
    desc.priority = priority_;
    ACCEL_TRY(create_on_module(index, desc, &segment.handle));
    segments_.push_back(std::move(segment));
    return ACCEL_STATUS_OK;
}

accel_status accel_run::prepare_memory(uint32_t index)
{
    Ref<accel_buffer> &memory = memories_.emplace_back();
    const Value &value = entry_.values[index];
    if (value.memory_of != UINT32_MAX)
        return ACCEL_STATUS_OK;
    if (scratch_places_) {
        const auto is_own = [index](const accel_scratch::Place &place) { return place.piece.value == index; };
        const auto place = std::find_if(scratch_places_->begin(), scratch_places_->end(), is_own);
        memory = place->buffer;
        for (uint32_t i = 0; i < entry_.values.size(); ++i)
            if (memory_of(entry_.values, i) == index)
                places_.offsets_bytes[i] += place->offset_bytes;
        return ACCEL_STATUS_OK;
    }
    const auto devices = devices_of_memory(*program_, entry_, index);
    accel_buffer *buffer = nullptr;
    BufferRequest request;
    request.size_bytes = places_.memories[index].size_bytes;
    request.align_bytes = places_.memories[index].align_bytes;
    request.usage = ACCEL_BUFFER_USAGE_PORT | (copies_memory(entry_, index) ? uint32_t{ACCEL_BUFFER_USAGE_MAP} : 0);
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
    if (state_) [[unlikely]]
        state_->turns().look(core);
    if (scratch_) [[unlikely]]
        scratch_->turns().look(core);
    QueueCore *none = nullptr;
    bool begun = flight_.compare_exchange_strong(none, &core, std::memory_order_acq_rel);
    if (!begun && !in_flight()) [[unlikely]] {
        none = nullptr;
        begun = flight_.compare_exchange_strong(none, &core, std::memory_order_acq_rel);
    }
    return begun;
}

void accel_run::end_flight(Ended how)
{
    const std::lock_guard guard(lock_);
    if (how == Ended::Well)
        finished_.store(true, std::memory_order_relaxed);
    if (timings_ && how != Ended::Refused) [[unlikely]]
        timings_->close(how == Ended::Well);
    if (scratch_) [[unlikely]]
        scratch_->turns().give_back(scratch_turn_);
    if (state_) [[unlikely]]
        state_->turns().give_back(state_turn_);
    flight_.store(nullptr, std::memory_order_release);
}

accel_status accel_run::take_turn(QueueCore &core, uint64_t sequence, std::span<const accel_fence_point> waits)
{
    const bool has_state = !state_ || state_->turns().take(state_turn_, core, sequence, waits);
    if (has_state && (!scratch_ || scratch_->turns().take(scratch_turn_, core, sequence, waits))) [[likely]]
        return ACCEL_STATUS_OK;
    return fail(ACCEL_STATUS_BUSY, has_state ? "R-13" : "R-10", this,
                "the run's %s is in flight on another queue, and this submission waits for no fence value that the latest one with it signals; wait for one, or submit to that queue",
                has_state ? "scratch" : "state");
}

void accel_run::keep_memory()
{
    if (scratch_)
        scratch_->keep_memory();
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

accel_status accel_run::timing(uint32_t index, accel_timing *out)
{
    if (!timings_)
        return fail(ACCEL_STATUS_NOT_FOUND, "R-14", this, "the run was made without ACCEL_RUN_FLAG_TIMINGS; make one with it to measure");
    if (in_flight())
        return fail(ACCEL_STATUS_NOT_READY, "R-14", this, "the run is in flight; its times are known when its fence is reached");
    if (!timings_->known())
        return fail(ACCEL_STATUS_NOT_READY, "R-14", this, "no submission of this run has been made yet, or the latest has failed");
    ACCEL_TRY(timings_->collect(*this));
    if (index >= timings_->rows().size())
        return fail(ACCEL_STATUS_NOT_FOUND, "R-14", this, "timing %u was asked for, the latest submission has %zu", index, timings_->rows().size());
    *out = timings_->rows()[index];
    return ACCEL_STATUS_OK;
}
