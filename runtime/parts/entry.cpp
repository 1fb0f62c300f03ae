// SPDX-License-Identifier: MIT
// What follows from an entry point's segments and ports.
#include "entry.h"

#include <algorithm>
#include <set>

namespace accel::runtime {

std::vector<uint32_t> ProgramEntry::readers_of(uint32_t port) const
{
    std::set<uint32_t> devices;
    for (const Segment &segment : segments) {
        for (const PortSource &source : segment.input_sources) {
            if (source.kind == PortSource::Kind::Port && source.index == port) devices.insert(segment.device);
        }
    }
    return {devices.begin(), devices.end()};
}

uint32_t ProgramEntry::buffer_count_max() const
{
    uint32_t least = 0;
    for (const Segment &segment : segments) {
        if (segment.buffer_count_max == 0) continue;
        // Defaults have buffers of their own, one for all that the same devices read.
        std::set<std::vector<uint32_t>> defaults;
        for (const PortSource &source : segment.input_sources) {
            if (source.kind == PortSource::Kind::Port && ports[source.index].default_values) defaults.insert(readers_of(source.index));
        }
        const auto kept = static_cast<uint32_t>(defaults.size());
        const uint32_t count = segment.buffer_count_max > kept ? segment.buffer_count_max - kept : 1;
        least = least == 0 ? count : std::min(least, count);
    }
    return least;
}

void ProgramEntry::number_ports()
{
    application_ports.clear();
    application_input_count = 0;
    for (uint32_t port = 0; port < ports.size(); ++port) {
        if (ports[port].variable != UINT32_MAX) continue;
        application_ports.push_back(port);
        application_input_count += port < input_count;
    }
}

}  // namespace accel::runtime
