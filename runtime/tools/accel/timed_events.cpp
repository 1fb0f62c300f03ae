// SPDX-License-Identifier: MIT
// Writes spans as Perfetto and Chrome read them.
#include "timed_events.h"

#include <algorithm>

#include "facts.h"

namespace accel::tool {
namespace {

constexpr uint32_t kFirstProcess = 1000;  ///< behind the tracks of a recording

const char *category(uint32_t kind) { return kind == ACCEL_TIMING_KIND_OPERATION ? "operation" : kind == ACCEL_TIMING_KIND_PART ? "part"
                                                                                                                                : "copy"; }

}  // namespace

uint32_t TimedEvents::process_of(accel_device *device)
{
    const std::string id = worker_id(device);
    const auto known = std::find(devices_.begin(), devices_.end(), id);
    const auto place = static_cast<uint32_t>(known - devices_.begin());
    if (known == devices_.end()) {
        devices_.push_back(id);
        events_.push_back({{"ph", "M"}, {"name", "process_name"}, {"pid", kFirstProcess + place}, {"tid", 0}, {"args", {{"name", "operations on " + id}}}});
    }
    return kFirstProcess + place;
}

void TimedEvents::take(const std::vector<accel_timing> &timings)
{
    for (const accel_timing &timing : timings) {
        if (timing.begin_ns == 0 || timing.duration_ns == 0 || timing.kind == ACCEL_TIMING_KIND_SEGMENT) continue;
        nlohmann::json event{{"ph", "X"}, {"cat", category(timing.kind)}, {"name", timing.name}, {"pid", process_of(timing.device)}, {"tid", timing.lane}, {"ts", static_cast<double>(timing.begin_ns) / 1e3}, {"dur", static_cast<double>(timing.duration_ns) / 1e3}, {"args", {{"segment", timing.segment}}}};
        if (timing.cycles) event["args"]["cycles"] = timing.cycles;
        events_.push_back(std::move(event));
    }
}

std::string TimedEvents::added_to(const std::string &recording) const
{
    auto whole = nlohmann::json::parse(recording);
    for (const auto &event : events_) whole["traceEvents"].push_back(event);
    return whole.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace accel::tool
