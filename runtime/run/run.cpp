// SPDX-License-Identifier: MIT
// Making a run, its steps and its memory, and what is told of it.
#include "run.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "base/module_call.h"
#include "program/make.h"

using namespace accel::runtime;

ModuleRun::~ModuleRun()
{
    if (handle)
        tell_module(device->module_name(), "run_destroy", [&] { device->ops().run_destroy(handle); });
}

void RunBody::end() noexcept
{
    segments.clear();
    conversions.clear();
    memories.clear();
    defaults.clear();
    told.clear();
    timings = {};
    program = nullptr;
    entry = nullptr;
    variant = {};
}

void RunBody::swap(RunBody &other) noexcept
{
    std::swap(program, other.program);
    std::swap(entry, other.entry);
    variant.swap(other.variant);
    segments.swap(other.segments);
    places.memories.swap(other.places.memories);
    places.offsets_bytes.swap(other.places.offsets_bytes);
    memories.swap(other.memories);
    steps.swap(other.steps);
    conversions.swap(other.conversions);
    is_copied.swap(other.is_copied);
    defaults.swap(other.defaults);
    told.swap(other.told);
    timings.swap(other.timings);
}

accel_run::accel_run(const accel_run_desc &desc)
    : Object(ObjectType::Run),
      program_(desc.program),
      entry_number_(desc.entry),
      open_sizes_(desc.program->entries[desc.entry].open_sizes),
      state_(desc.state),
      scratch_(desc.scratch),
      ports_(desc.program->entries[desc.entry].ports.size()),
      measures_((desc.flags & ACCEL_RUN_FLAG_TIMINGS) != 0),
      priority_(desc.priority)
{
    body_.program = desc.program;
    body_.entry = &desc.program->entries[desc.entry];
    if (open_sizes_)
        sizes_.assign(open_sizes_->symbols().size(), OpenSizes::kNone);
}

accel_run::~accel_run()
{
    std::shared_ptr<const SizeVariant> set = body_.variant;
    body_.end();
    if (open_sizes_)
        open_sizes_->let_go(std::move(set));
}

/// What it holds is kept by itself.
void accel_run::let_go()
{
    for (SegmentRun &segment : body_.segments) {
        segment.bound = {};
        if (segment.made)
            segment.made->held = nullptr;
    }
    ports_.clear();
    body_.defaults.clear();
    body_.memories.clear();
    scratch_ = {};
    state_ = {};
    program_ = {};
}

accel_status accel_run::prepare()
{
    ACCEL_TRY(prepare_scratch());
    ACCEL_TRY(prepare_state());
    if (!has_sizes())
        return ACCEL_STATUS_OK;  // the rest comes with them
    ACCEL_TRY(prepare_body(nullptr));
    // An entry point without ports of the application's can be submitted as it is.
    return entry().application_ports.empty() ? bind({}) : ACCEL_STATUS_OK;
}

accel_status accel_run::prepare_body(const RunBody *before)
{
    for (uint32_t i = 0; i < entry().segments.size(); ++i)
        ACCEL_TRY(prepare_segment(i, before));
    if (std::any_of(entry().ports.begin(), entry().ports.end(), [](const ProgramPort &port) { return !port.data_dims.empty(); }))
        body_.told.resize(entry().ports.size());
    body_.places = place_values(entry().values);
    plan_steps();
    for (uint32_t i = 0; i < entry().values.size(); ++i)
        ACCEL_TRY(prepare_memory(i));
    if (measures_)
        body_.timings = std::make_unique<Timings>(body_.steps.size());
    return ACCEL_STATUS_OK;
}

/// Bind the ports of variables, for good.
accel_status accel_run::prepare_state()
{
    if (entry().application_ports.size() == entry().ports.size()) {
        state_ = {};
        return ACCEL_STATUS_OK;
    }
    if (!state_) {
        state_ = Ref<accel_state>::adopt(new accel_state(program_.get()));
        ACCEL_TRY(state_->prepare({}, nullptr));
    }
    for (uint32_t port = 0; port < ports_.size(); ++port) {
        if (entry().ports[port].variable == UINT32_MAX)
            continue;
        const StatePlace &place = state_->place(entry().ports[port].variable);
        ports_[port] = {place.buffer, place.offset_bytes, program_->variables[entry().ports[port].variable].layout.size_bytes};
    }
    return check_buffer_counts(ports_);
}

accel_status accel_run::prepare_scratch()
{
    if (!scratch_)
        return ACCEL_STATUS_OK;
    scratch_places_ = scratch_->places(entry());
    return scratch_places_ ? ACCEL_STATUS_OK
                           : fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", scratch_.get(), "the scratch was not made for this program; name the program in desc.programs of accel_scratch_create");
}

/// A module that cannot use the scratch makes its own, once told that there is none.
accel_status accel_run::create_on_module(uint32_t index, const accel_bk_run_desc &desc, accel_bk_run **out) const
{
    const LoadedBlob &loaded = *program().blobs[entry().segments[index].blob].loaded;
    const OpenDevice &device = *loaded.device();
    clear_module_error();
    accel_status status = device.ops().run_create(loaded.program(), &desc, out);
    if (status == ACCEL_STATUS_UNSUPPORTED && desc.scratch_count) {
        log_format(ACCEL_LOG_LEVEL_WARNING, id(), device.module_name(), "a run allocates scratch of its own, as the module cannot use what is shared: %s", module_error());
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

/// The run of a segment for open sizes, which is for all of them.
static std::shared_ptr<ModuleRun> find_run(const RunBody *before, const std::shared_ptr<LoadedBlob> &blob, uint32_t graph)
{
    for (size_t i = 0; before && i < before->segments.size(); ++i)
        if (const std::shared_ptr<ModuleRun> &made = before->segments[i].made; made->blob == blob && made->graph == graph)
            return made;
    return nullptr;
}

accel_status accel_run::prepare_segment(uint32_t index, const RunBody *before)
{
    const std::shared_ptr<LoadedBlob> &loaded = program().blobs[entry().segments[index].blob].loaded;
    SegmentRun segment;
    segment.device = loaded->device();
    if (segment.device->lost() != ACCEL_STATUS_OK)
        return fail(segment.device->lost(), "Q-12", program_.get(), "the device of module '%s' is lost; open it again and build the program again",
                    segment.device->module_name());
    if (entry().segments[index].tells_sizes && !segment.device->ops().run_sizes)
        return fail(ACCEL_STATUS_INTERNAL, "A-10", program_.get(), "module '%s' took what has sizes that depend on data, and has no 'run_sizes'", segment.device->module_name());
    body_.segments.reserve(entry().segments.size());  // so that no run is lost for want of a place
    if (entry().segments[index].open && (segment.made = find_run(before, loaded, entry().segments[index].graph))) {
        segment.handle = segment.made->handle;
        body_.segments.push_back(std::move(segment));
        return ACCEL_STATUS_OK;
    }
    segment.made = std::make_shared<ModuleRun>();
    segment.made->device = segment.device;
    segment.made->blob = loaded;
    segment.made->graph = entry().segments[index].graph;
    std::vector<accel_bk_memory> scratch;
    for (size_t i = 0; scratch_places() && i < scratch_places()->size(); ++i)
        if (const accel_scratch::Place &place = (*scratch_places())[i]; place.piece.segment == index && place.buffer)
            scratch.push_back({place.buffer->on(*segment.device), place.offset_bytes, place.piece.size_bytes});
    const ModuleArray<accel_bk_memory> shown(scratch.data(), scratch.size(), segment.device->sizes().memory);
    accel_bk_run_desc desc{};
    desc.struct_size = sizeof desc;
    desc.scratch = scratch.empty() ? nullptr : shown.data();
    desc.scratch_count = static_cast<uint32_t>(scratch.size());
    desc.entry = entry().segments[index].graph;
    desc.flags = measures_ && segment.device->ops().run_timings ? ACCEL_BK_RUN_FLAG_TIMINGS : 0;
    desc.priority = priority_;
    ACCEL_TRY(create_on_module(index, desc, &segment.made->handle));
    segment.handle = segment.made->handle;
    body_.segments.push_back(std::move(segment));
    return ACCEL_STATUS_OK;
}

accel_status accel_run::prepare_memory(uint32_t index)
{
    Ref<accel_buffer> &memory = body_.memories.emplace_back();
    const Value &value = entry().values[index];
    if (value.memory_of != UINT32_MAX)
        return ACCEL_STATUS_OK;
    if (scratch_places()) {
        const auto is_own = [index](const accel_scratch::Place &place) { return place.piece.value == index; };
        const auto place = std::find_if(scratch_places()->begin(), scratch_places()->end(), is_own);
        memory = place->buffer;
        for (uint32_t i = 0; i < entry().values.size(); ++i)
            if (memory_of(entry().values, i) == index)
                body_.places.offsets_bytes[i] += place->offset_bytes;
        return ACCEL_STATUS_OK;
    }
    const auto devices = devices_of_memory(program(), entry(), index);
    accel_buffer *buffer = nullptr;
    BufferRequest request;
    request.size_bytes = body_.places.memories[index].size_bytes;
    request.align_bytes = body_.places.memories[index].align_bytes;
    request.usage = ACCEL_BUFFER_USAGE_PORT | (copies_memory(entry(), index) ? uint32_t{ACCEL_BUFFER_USAGE_MAP} : 0);
    ACCEL_TRY(make_buffer(program_->instance, request, devices, &buffer));
    memory = Ref<accel_buffer>::adopt(buffer);
    return ACCEL_STATUS_OK;
}

void accel_run::plan_steps()
{
    std::vector<bool> copied(entry().values.size(), false);
    // A copy whose source is a copy needs that one first.
    const auto plan_value = [&](const auto &self, uint32_t index) -> void {
        const Value &value = entry().values[index];
        if (value.copy_of == UINT32_MAX || copied[index])
            return;
        copied[index] = true;
        if (!value.copy_of_port)
            self(self, value.copy_of);
        plan_copy({value.copy_of_port, value.copy_of}, {false, index});
    };
    for (uint32_t i = 0; i < entry().segments.size(); ++i) {
        for (const PortSource &source : entry().segments[i].input_sources)
            if (source.kind == PortSource::Kind::Value)
                plan_value(plan_value, source.index);
        body_.steps.push_back({Step::Kind::Segment, i, {}, {}});
    }
    for (uint32_t i = 0; i < entry().values.size(); ++i) {
        if (entry().values[i].port_of == UINT32_MAX)
            continue;
        plan_value(plan_value, i);
        plan_copy({false, i}, {true, entry().values[i].port_of});
    }
    body_.is_copied.assign(ports_.size(), false);
    for (const Step &step : body_.steps)
        for (const MemoryEnd &end : {step.from, step.to})
            if (step.kind == Step::Kind::Copy && end.is_port)
                body_.is_copied[end.index] = true;
}

uint32_t accel_run::application_number(uint32_t port) const
{
    return static_cast<uint32_t>(std::find(entry().application_ports.begin(), entry().application_ports.end(), port) - entry().application_ports.begin());
}

MemoryPlace accel_run::place_of(MemoryEnd end) const
{
    if (end.is_port)
        return {ports_[end.index].buffer.get(), ports_[end.index].offset_bytes};
    return {body_.memories[memory_of(entry().values, end.index)].get(), body_.places.offsets_bytes[end.index]};
}

accel_status accel_run::port(uint32_t port, accel_port_info *out)
{
    if (port >= entry().application_ports.size())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", this, "port %u was asked for, the entry point has %zu ports", port, entry().application_ports.size());
    if (in_flight())
        return fail(ACCEL_STATUS_BUSY, "R-6", this, "the run is in flight; ask when its fence is reached");
    *out = port_facts(program(), entry(), port, has_sizes());
    if (body_.told.empty() || !body_.told[entry().application_ports[port]].known)
        return ACCEL_STATUS_OK;
    const ToldPort &told = body_.told[entry().application_ports[port]];
    out->dims = told.dims.data();
    out->layout = &told.shown;
    out->size_bytes = told.layout.size_bytes;
    out->knowledge = ACCEL_SIZE_KNOWLEDGE_EXACT;
    return ACCEL_STATUS_OK;
}

accel_status accel_run::timing(uint32_t index, accel_timing *out)
{
    if (!measures_)
        return fail(ACCEL_STATUS_NOT_FOUND, "R-14", this, "the run was made without ACCEL_RUN_FLAG_TIMINGS; make one with it to measure");
    if (in_flight())
        return fail(ACCEL_STATUS_BUSY, "R-14", this, "the run is in flight; its times are known when its fence is reached");
    if (!told_timings_ && (!body_.timings || !body_.timings->known()))
        return fail(ACCEL_STATUS_NOT_FOUND, "R-14", this, "no submission of this run has been made yet, or the latest has failed");
    if (!told_timings_)
        ACCEL_TRY(body_.timings->collect(*this));
    else if (told_status_ != ACCEL_STATUS_OK)
        return fail(told_status_, "R-14", this, "other sizes are bound since, and a device could not tell its times then; submit again to have some");
    const std::vector<accel_timing> &rows = (told_timings_ ? *told_timings_ : *body_.timings).rows();
    if (index >= rows.size())
        return fail(ACCEL_STATUS_NOT_FOUND, "R-14", this, "timing %u was asked for, the latest submission has %zu", index, rows.size());
    *out = rows[index];
    return ACCEL_STATUS_OK;
}
