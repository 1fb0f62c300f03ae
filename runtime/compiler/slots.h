// SPDX-License-Identifier: MIT
// Slots: a device's job names a few buffers only. Values are put together so that a segment's own memory and the application's fit into them.
#pragma once

#include <optional>
#include <span>

#include "parts/entry.h"
#include "parts/variable.h"
#include "plan.h"

namespace accel::runtime {

/// A segment that cannot be bound, however the application arranges its ports.
struct SlotShortage {
    uint32_t segment = 0;
    uint32_t needed = 0;    ///< slots: of the values that lie in different memory, of the state, and one for the ports
    uint32_t admitted = 0;  ///< by the segment's compiler
};

/// limits are by segment what its compiler admits, 0: any number. Sets the values' memory, and how many distinct buffers each segment has left for the application's ports.
/// A state has a buffer for all variables of the same devices; an application that supplies memory may use more, where they fit. Values stay by themselves where a buffer for each port
/// fits beside them. Returns the first segment for which nothing helps.
std::optional<SlotShortage> plan_slots(const std::vector<uint32_t> &limits, const Sharing &sharing, std::vector<Segment> &segments, std::vector<Value> &values,
                                       std::span<const ProgramPort> ports = {}, std::span<const Variable> variables = {});

}  // namespace accel::runtime
