// SPDX-License-Identifier: MIT
// Copies and conversions of a run: who does them, and what they have done.
#include "base/catalog.h"
#include "base/check.h"
#include "run.h"

using namespace accel::runtime;

RunConversion::RunConversion(const PortLayout &from, const PortLayout &to)
    : conversion(from, to, from.tensor_type, from.dims, to.zero),
      converts(!same_places(from, to)),
      from_shown(from.view()),
      to_shown(to.view()),
      from_view{sizeof from_view, from.dims.data(), &from_shown, from.tensor_type, static_cast<uint32_t>(from.dims.size())},
      to_view{sizeof to_view, to.dims.data(), &to_shown, to.tensor_type, static_cast<uint32_t>(to.dims.size())},
      zero(static_cast<uint32_t>(to.zero))
{
}

/// A device of the program that sees both sides of a conversion may do it. Once all is bound; takes the buffers' locks.
void accel_run::offer_conversions()
{
    for (const Step &step : body_.steps) {
        if (step.kind != Step::Kind::Copy)
            continue;
        RunConversion &work = body_.conversions[step.conversion];
        work.device = nullptr;
        work.refused = false;
        for (const SegmentRun &segment : body_.segments) {
            accel_buffer *from = place_of(step.from).buffer, *to = place_of(step.to).buffer;
            if (!work.converts || work.device || !from || !to || !segment.device->ops().queue_transfer)
                continue;
            work.from_on_device = from->on(*segment.device);
            work.to_on_device = to->on(*segment.device);
            if (work.from_on_device && work.to_on_device)
                work.device = segment.device.get();
        }
    }
}

void accel_run::plan_copy(MemoryEnd from, MemoryEnd to)
{
    body_.steps.push_back({Step::Kind::Copy, 0, from, to, static_cast<uint32_t>(body_.conversions.size())});
    body_.conversions.emplace_back(entry().layout_of(from), entry().layout_of(to));
}

accel_status accel_run::copy(const Step &step)
{
    const MemoryPlace from_place = place_of(step.from), to_place = place_of(step.to);
    accel_buffer &from = *from_place.buffer, &to = *to_place.buffer;
    const PortLayout &from_layout = entry().layout_of(step.from), &to_layout = entry().layout_of(step.to);
    void *source = nullptr, *destination = nullptr;
    const MemoryRange from_part = {from_place.offset_bytes, from_layout.size_bytes}, to_part = {to_place.offset_bytes, to_layout.size_bytes};
    if (from_part.size_bytes == 0 || to_part.size_bytes == 0)
        return ACCEL_STATUS_OK;
    ACCEL_TRY(from.begin_access(ACCEL_ACCESS_READ, from_part, &source));
    const accel_status status = to.begin_access(ACCEL_ACCESS_WRITE, to_part, &destination);
    if (status == ACCEL_STATUS_OK) {
        RunConversion &work = body_.conversions[step.conversion];
        work.conversion.run(static_cast<char *>(source) + from_place.offset_bytes, static_cast<char *>(destination) + to_place.offset_bytes);
        work.count.fetch_add(1, std::memory_order_relaxed);
        to.end_access(ACCEL_ACCESS_WRITE, to_part);
    }
    from.end_access(ACCEL_ACCESS_READ, from_part);
    return status;
}

namespace {

/// What a body's copies have done so far.
void count(const RunBody &body, accel_run_info &facts)
{
    for (const RunConversion &work : body.conversions) {
        const uint64_t done = work.count.load(std::memory_order_relaxed), bytes = done * work.conversion.written_bytes();
        (work.converts ? facts.conversion_count : facts.copy_count) += done;
        (work.converts ? facts.converted_bytes : facts.copied_bytes) += bytes;
    }
}

}  // namespace

void accel_run::add_counts(const RunBody &body) { count(body, counts_); }

accel_run_info accel_run::facts()
{
    const bool flies = in_flight();
    accel_run_info facts = counts_;
    facts.latest_status = flies ? uint32_t{ACCEL_STATUS_NOT_READY} : latest_status_.load(std::memory_order_relaxed);
    facts.object_id = id();
    facts.submission_count = submission_count_.load(std::memory_order_relaxed);
    count(body_, facts);
    return facts;
}
