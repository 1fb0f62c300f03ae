// SPDX-License-Identifier: MIT
// Binding other sizes: a body of their own beside the one of before, until all is bound to the new one.
#include <algorithm>

#include "base/check.h"
#include "run.h"

using namespace accel::runtime;

/// The state is that of the planned sizes: what other sizes make of its variables has to lie in the same way.
accel_status accel_run::check_variables(const RunBody &body) const
{
    const ProgramEntry &planned = program_->entries[entry_number_];
    for (size_t i = 0; i < planned.ports.size(); ++i) {
        const ProgramPort &port = planned.ports[i], &other = body.entry->ports[i];
        if (port.variable == UINT32_MAX)
            continue;
        const Variable &variable = program_->variables[port.variable];
        if (!same_distances(other.layout, port.layout) || other.layout.size_bytes > variable.layout.size_bytes || other.device != port.device)
            return fail(ACCEL_STATUS_UNSUPPORTED, "R-11", this, "with the sizes %s variable '%s' lies otherwise than with the planned ones, for which its memory was made; build the program for these sizes",
                        open_sizes_->text(body.variant->sizes).c_str(), variable.name.c_str());
    }
    return ACCEL_STATUS_OK;
}

/// What the run needs for other sizes than those of now, beside what it has; nothing where they are the same, or some have no value yet.
accel_status accel_run::find_body(const std::vector<int64_t> &sizes, bool prepared_only, RunBody *out)
{
    if (sizes == sizes_ || !open_sizes_->missing(sizes).empty())
        return ACCEL_STATUS_OK;
    out->variant = open_sizes_->find(sizes);
    if (!out->variant && prepared_only && open_sizes_->compiles())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-15", this, "the sizes %s are not built; call accel_program_prepare with them", open_sizes_->text(sizes).c_str());
    if (!out->variant)
        ACCEL_TRY(open_sizes_->get(sizes, nullptr, nullptr, &out->variant));
    const bool planned = !out->variant->program;
    out->program = planned ? program_.get() : out->variant->program.get();
    out->entry = &out->program->entries[planned ? entry_number_ : 0];
    return check_variables(*out);
}

/// Ask for the times of the latest submission, which accel_run_timing has until the next, before what ran it goes.
void accel_run::collect_times()
{
    if (!body_.timings || !body_.timings->known())
        return;
    const KeptError kept;
    told_status_ = guarded([&] { return body_.timings->collect(*this); });
    kept.put_back();
}

/// Other sizes get a body of their own beside the one of before, which stays as it is until all has been bound to the new one.
accel_status accel_run::bind_sizes(const BindRequest &request)
{
    std::vector<int64_t> sizes = sizes_;
    ACCEL_TRY(open_sizes_->take(request.symbols, this, &sizes));
    RunBody fresh;
    ACCEL_TRY(find_body(sizes, request.prepared_only, &fresh));
    const bool changes = fresh.program, was_ready = ready_;
    if (changes) {
        collect_times();
        body_.swap(fresh);
    }
    accel_status status = changes ? guarded([&] { return prepare_body(&fresh); }) : ACCEL_STATUS_OK;
    if (status == ACCEL_STATUS_OK)
        status = guarded([&] { return bind_ports(request.bindings); });
    if (status != ACCEL_STATUS_OK) {
        if (changes) {
            body_.swap(fresh);
            ready_ = was_ready;
            return take_back_shared(fresh, status);
        }
        return status;
    }
    if (changes)
        add_counts(fresh);
    if (changes && fresh.timings && fresh.timings->known())
        told_timings_ = std::move(fresh.timings);
    std::shared_ptr<const SizeVariant> before = fresh.variant;
    fresh.end();
    if (before)
        open_sizes_->let_go(std::move(before));
    sizes_ = std::move(sizes);
    checked_queue_id = 0;
    return ACCEL_STATUS_OK;
}

/// Runs that the body which did not come to be has bound for its sizes are for those of now again.
accel_status accel_run::take_back_shared(const RunBody &other, accel_status status)
{
    const bool any = std::any_of(other.segments.begin(), other.segments.end(), [&](const SegmentRun &segment) {
        return std::any_of(body_.segments.begin(), body_.segments.end(), [&](const SegmentRun &own) { return own.made == segment.made; });
    });
    if (!any)
        return status;
    const KeptError kept;
    for (uint32_t i = 0; i < body_.segments.size(); ++i)
        if (entry().segments[i].open)
            give_back(i);
    return kept.put_back();
}
