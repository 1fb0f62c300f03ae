// SPDX-License-Identifier: MIT
// Makes rows of steps and of what modules tell, in the order in which they began.
#include "timings.h"

#include <algorithm>

#include "base/check.h"
#include "parts/inside_row.h"
#include "run.h"
#include "text/printable.h"

namespace accel::runtime {

namespace {

constexpr uint32_t kToldMax = 1 << 20;  // rows of one module: a million parts is more than any command stream has

/// A row, and the instant by which it has its place among the others.
struct Placed {
    accel_timing timing{};
    uint64_t at_ns = 0;
};

accel_status blame(const accel_run &run, const OpenDevice &device, const char *what, uint32_t given, size_t limit)
{
    return fail(ACCEL_STATUS_INTERNAL, "R-14", &run, "module '%s' answered 'run_timings' with %s %u, expected less than %zu", device.module_name(), what, given, limit);
}

/// What a module tells of a segment, in rows of this library's size.
accel_status ask(const accel_run &run, const SegmentRun &segment, std::vector<accel_bk_timing> *out)
{
    const OpenDevice &device = *segment.device;
    const auto slot = device.ops().run_timings;
    if (!slot)
        return ACCEL_STATUS_OK;
    uint32_t count = 0, given = 0;
    clear_module_error();
    accel_status status = slot(segment.handle, nullptr, 0, &count);
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, device.module_name(), "run_timings", &run);  // its count says nothing
    if (count > kToldMax)
        return blame(run, device, "a count of", count, kToldMax);
    out->resize(count);
    ModuleArray<accel_bk_timing> shown(out->data(), count, device.sizes().timing);
    if (count)
        status = slot(segment.handle, shown.data_to_write(), count, &given);
    if (status != ACCEL_STATUS_OK)
        return fail_from_module(status, device.module_name(), "run_timings", &run);
    shown.take_back(out->data(), count);
    out->resize(std::min(count, given));
    return ACCEL_STATUS_OK;
}

/// Rows of the placement report by segment, in the order of the segment's nodes.
std::vector<std::vector<uint32_t>> placements_of(const ProgramEntry &entry)
{
    std::vector<std::vector<uint32_t>> rows(entry.segments.size());
    for (uint32_t row = 0; row < entry.placements.size(); ++row)
        if (!is_inside(entry.placements[row])) rows[entry.placements[row].segment].push_back(row);
    return rows;
}

/// The value that a copy makes, or that it takes to a port.
uint32_t value_of(const Step &step) { return step.to.is_port ? step.from.index : step.to.index; }

/// Row of the transfer report of a copy.
uint32_t transfer_row(const ProgramEntry &entry, const Step &step)
{
    for (uint32_t row = 0; row < entry.transfers.size(); ++row)
        if (entry.transfers[row].from == step.from && entry.transfers[row].to == step.to)
            return row;
    return ACCEL_NONE;
}

Placed blank(uint32_t kind, uint64_t begin_ns, uint64_t duration_ns)
{
    Placed row;
    row.timing.struct_size = sizeof row.timing;
    row.timing.name = "";
    row.timing.kind = kind;
    row.timing.begin_ns = row.at_ns = begin_ns;
    row.timing.duration_ns = duration_ns;
    row.timing.row = row.timing.counted_in = ACCEL_NONE;
    return row;
}

Placed transfer(const accel_run &run, const Step &step, uint32_t to_segment, uint64_t begin_ns, uint64_t duration_ns, std::deque<std::string> &names)
{
    const ProgramEntry &entry = run.entry();
    Placed row = blank(ACCEL_TIMING_KIND_TRANSFER, begin_ns, duration_ns);
    row.timing.name = names.emplace_back(entry.values[value_of(step)].tensor).c_str();
    row.timing.segment = to_segment;
    row.timing.row = transfer_row(entry, step);
    return row;
}

/// The rows of one segment: what its module tells, around it the piece as a whole.
class SegmentRows {
public:
    SegmentRows(const accel_run &run, uint32_t segment, const std::vector<uint32_t> &placements, std::vector<Placed> &rows, std::deque<std::string> &names)
        : run_(run),
          entry_(run.entry()),
          segment_(segment),
          placements_(placements),
          rows_(rows),
          names_(names)
    {
    }

    accel_status add(const std::vector<accel_bk_timing> &told, uint64_t begin_ns, uint64_t duration_ns)
    {
        Placed whole = blank(ACCEL_TIMING_KIND_SEGMENT, begin_ns, duration_ns);
        for (const accel_bk_timing &one : told)
            if (one.node == ACCEL_NONE && !one.part)
                set_times(whole, one);
        begin_ns_ = whole.at_ns;
        push(whole);
        for (const accel_bk_timing &one : told)
            if (one.node != ACCEL_NONE || one.part)
                ACCEL_TRY(add_finer(one));
        return ACCEL_STATUS_OK;
    }

private:
    void push(Placed row)
    {
        row.timing.segment = segment_;
        row.timing.device = run_.program().devices[entry_.segments[segment_].device].get();
        rows_.push_back(row);
    }

    void set_times(Placed &row, const accel_bk_timing &told) const
    {
        row.timing.begin_ns = told.begin_ns;
        row.timing.duration_ns = told.duration_ns;
        row.timing.cycles = told.cycles;
        row.timing.lane = told.lane;
        if (told.begin_ns)
            row.at_ns = told.begin_ns;
    }

    accel_status add_finer(const accel_bk_timing &told)
    {
        const OpenDevice &device = *run_.segment(segment_).device;
        Placed row = blank(told.part ? ACCEL_TIMING_KIND_PART : ACCEL_TIMING_KIND_OPERATION, begin_ns_, 0);
        set_times(row, told);
        if (told.node != ACCEL_NONE) {
            if (told.node >= placements_.size())
                return blame(run_, device, "node", told.node, placements_.size());
            row.timing.row = placements_[told.node];
            if (!told.part) row.timing.name = names_.emplace_back(entry_.placements[row.timing.row].node).c_str();
        }
        if (told.counted_in != ACCEL_NONE) {
            if (told.counted_in >= placements_.size())
                return blame(run_, device, "counted_in", told.counted_in, placements_.size());
            row.timing.counted_in = placements_[told.counted_in];
        }
        if (told.part)
            row.timing.name = names_.emplace_back(text::printable(told.part)).c_str();
        push(row);
        return ACCEL_STATUS_OK;
    }

    const accel_run &run_;
    const ProgramEntry &entry_;
    const uint32_t segment_;
    const std::vector<uint32_t> &placements_;
    std::vector<Placed> &rows_;
    std::deque<std::string> &names_;
    uint64_t begin_ns_ = 0;
};

/// The segment that a copy makes ready: the next one, or the last.
uint32_t next_segment(std::span<const Step> steps, size_t step)
{
    for (size_t next = step; next < steps.size(); ++next)
        if (steps[next].kind == Step::Kind::Segment)
            return steps[next].segment;
    for (size_t before = step; before-- > 0;)
        if (steps[before].kind == Step::Kind::Segment)
            return steps[before].segment;
    return 0;
}

}  // namespace

void Timings::begin(uint32_t step) noexcept
{
    known_ = collected_ = false;
    stamps_[step].begin_ns = now_ns();
}

accel_status Timings::collect(const accel_run &run)
{
    if (collected_)
        return ACCEL_STATUS_OK;
    const auto placements = placements_of(run.entry());
    const std::span<const Step> steps = run.steps();
    std::vector<Placed> rows;
    std::deque<std::string> names;
    for (size_t i = 0; i < steps.size(); ++i) {
        const uint64_t begin_ns = stamps_[i].begin_ns, duration_ns = stamps_[i].end_ns - begin_ns;
        if (steps[i].kind == Step::Kind::Copy) {
            rows.push_back(transfer(run, steps[i], next_segment(steps, i), begin_ns, duration_ns, names));
            continue;
        }
        std::vector<accel_bk_timing> told;
        ACCEL_TRY(ask(run, run.segment(steps[i].segment), &told));
        ACCEL_TRY(SegmentRows(run, steps[i].segment, placements[steps[i].segment], rows, names).add(told, begin_ns, duration_ns));
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Placed &a, const Placed &b) { return a.at_ns != b.at_ns ? a.at_ns < b.at_ns : a.timing.kind < b.timing.kind; });
    rows_.clear();
    for (const Placed &row : rows)
        rows_.push_back(row.timing);
    names_ = std::move(names);
    collected_ = true;
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
