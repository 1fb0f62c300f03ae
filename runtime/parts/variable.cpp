// SPDX-License-Identifier: MIT
// Counts the buffers that variables need.
#include "variable.h"

#include <set>

namespace accel::runtime {

uint32_t state_buffers(const Segment &segment, std::span<const ProgramPort> ports, std::span<const Variable> variables)
{
    std::set<std::set<uint32_t>> users;
    for (const auto *sources : {&segment.input_sources, &segment.output_sources}) {
        for (const PortSource &source : *sources) {
            if (source.kind != PortSource::Kind::Port || source.index >= ports.size() || ports[source.index].variable == UINT32_MAX) continue;
            const std::vector<uint32_t> &devices = variables[ports[source.index].variable].devices;
            users.emplace(devices.begin(), devices.end());
        }
    }
    return static_cast<uint32_t>(users.size());
}

}  // namespace accel::runtime
