// SPDX-License-Identifier: MIT
#include "remarks.h"

#include <exception>
#include <utility>

#include "program.h"
#include "text/printable.h"

namespace accel::runtime {

namespace {

thread_local RemarkTaker *taker = nullptr;

}  // namespace

RemarkTaker::RemarkTaker() { taker = this; }

RemarkTaker::~RemarkTaker() { taker = nullptr; }

void RemarkTaker::take(uint32_t node, const char *message) noexcept
{
    if (!taker || !message) return;
    try {
        taker->remarks_[node] = text::printable(message);
    } catch (const std::exception &) {  // a report with less in it
    }
}

void settle_remarks(accel_program &program)
{
    std::vector<uint32_t> next(program.segments.size());  // node, by segment
    for (PlacementRow &row : program.placements) {
        Remarks &remarks = program.segments[row.segment].remarks;
        if (const auto said = remarks.find(next[row.segment]++); said != remarks.end()) row.remark = std::move(said->second);
    }
    for (Segment &segment : program.segments) segment.remarks.clear();
}

}  // namespace accel::runtime
