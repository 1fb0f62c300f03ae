// SPDX-License-Identifier: MIT
// Keeps what a module says while it loads, and puts it into the report.
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

void RemarkTaker::take(uint32_t graph, uint32_t node, const char *message) noexcept
{
    if (!taker || !message) return;
    try {
        taker->remarks_[{graph, node}] = text::printable(message);
    } catch (const std::exception &) {  // a report with less in it
    }
}

void settle_remarks(accel_program &program)
{
    for (ProgramEntry &entry : program.entries) {
        std::vector<uint32_t> next(entry.segments.size());  // node, by segment
        for (PlacementRow &row : entry.placements) {
            const Segment &segment = entry.segments[row.segment];
            Remarks &remarks = program.blobs[segment.blob].remarks;
            if (const auto said = remarks.find({segment.graph, next[row.segment]++}); said != remarks.end()) row.remark = std::move(said->second);
        }
    }
    for (Blob &blob : program.blobs) blob.remarks.clear();
}

}  // namespace accel::runtime
