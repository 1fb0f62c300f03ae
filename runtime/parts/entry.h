// SPDX-License-Identifier: MIT
// An entry point of a program: its segments, the values between them, its ports and its reports.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "port.h"
#include "report.h"
#include "segment.h"
#include "value.h"

namespace accel::runtime {

class OpenSizes;  // program/open_sizes.h

/// One graph of a model, built: what a run of it needs, and what is told about it.
struct ProgramEntry {
    std::string name;
    std::vector<Segment> segments;  ///< in execution order
    std::vector<Value> values;
    std::vector<ProgramPort> ports;  ///< inputs, then outputs, those of variables among them
    uint32_t input_count = 0;
    std::vector<PlacementRow> placements;
    std::vector<TransferRow> transfers;

    std::vector<uint32_t> application_ports;  ///< the application's numbers for ports: those of no variable
    uint32_t application_input_count = 0;
    std::shared_ptr<OpenSizes> open_sizes;  ///< null: every size is fixed

    /// Places of the devices that read a port directly, ascending.
    std::vector<uint32_t> readers_of(uint32_t port) const;
    /// Distinct buffers that fit whatever ports they are for; 0: any number.
    uint32_t buffer_count_max() const;
    /// A segment was built for open sizes.
    bool has_open_parts() const
    {
        return std::any_of(segments.begin(), segments.end(), [](const Segment &segment) { return segment.open != nullptr; });
    }
    /// Devices build for each set of sizes.
    bool has_fixed_parts() const
    {
        return std::any_of(segments.begin(), segments.end(), [](const Segment &segment) { return segment.open == nullptr; });
    }
    const PortLayout &layout_of(MemoryEnd end) const { return end.is_port ? ports[end.index].layout : values[end.index].layout; }
    /// Number the ports for the application, once it is known which are of variables.
    void number_ports();
};

}  // namespace accel::runtime
