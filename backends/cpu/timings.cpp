// SPDX-License-Identifier: MIT
// Notes when steps ended, and makes rows of it.
#include "timings.h"

#include "futex.h"

namespace accel::cpu {
namespace {

const char *name_of(Part part)
{
    switch (part) {
    case Part::kLayout:
        return "layout";
    case Part::kOutput:
        return "output";
    case Part::kWork:
        break;
    }
    return "work";
}

accel_bk_timing row_of(uint32_t node, const char *part, uint64_t begin_ns, uint64_t duration_ns)
{
    return {.part = part, .begin_ns = begin_ns, .duration_ns = duration_ns, .cycles = 0, .node = node, .counted_in = ACCEL_NONE, .lane = 0, .reserved = 0};
}

}  // namespace

void Timings::begin() noexcept { begin_ns_ = now_ns(); }

void Timings::memory_ready() noexcept { ready_ns_ = now_ns(); }

void Timings::step_ended(size_t step) noexcept { ends_ns_[step] = now_ns(); }

void Timings::end() noexcept { end_ns_ = now_ns(); }

// A node without steps had nothing to do when its turn came. What is copied to an output at the end counts, too.
accel_bk_timing Timings::node_row(uint32_t node, const std::vector<size_t> &steps, uint64_t &at_ns) const
{
    accel_bk_timing row = row_of(node, nullptr, steps.empty() ? at_ns : began_ns(steps.front()), 0);
    for (const size_t step : steps) {
        row.duration_ns += ends_ns_[step] - began_ns(step);
        if (plan_.origins[step].part != Part::kOutput)
            at_ns = ends_ns_[step];
    }
    return row;
}

std::vector<accel_bk_timing> Timings::rows() const
{
    std::vector<std::vector<size_t>> steps(plan_.done_by.size());
    std::vector<accel_bk_timing> rows{row_of(ACCEL_NONE, nullptr, begin_ns_, end_ns_ - begin_ns_)};
    const auto add_part = [&](size_t step) {
        const Origin &origin = plan_.origins[step];
        rows.push_back(row_of(origin.node, name_of(origin.part), began_ns(step), ends_ns_[step] - began_ns(step)));
    };
    for (size_t step = 0; step < plan_.origins.size(); ++step) {
        if (plan_.origins[step].node == kNone)
            add_part(step);
        else
            steps[plan_.origins[step].node].push_back(step);
    }
    uint64_t at_ns = ready_ns_;
    for (uint32_t node = 0; node < steps.size(); ++node) {
        if (plan_.done_by[node] != node) {
            rows.push_back(row_of(node, nullptr, 0, 0));
            rows.back().counted_in = plan_.done_by[node];
            continue;
        }
        rows.push_back(node_row(node, steps[node], at_ns));
        if (steps[node].size() > 1)
            for (const size_t step : steps[node])
                add_part(step);
    }
    return rows;
}

}  // namespace accel::cpu
