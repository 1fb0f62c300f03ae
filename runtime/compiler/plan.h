// SPDX-License-Identifier: MIT
// Ports of a program and the memory between its segments.
#pragma once

#include "../program.h"
#include "subgraph.h"

namespace accel::runtime {

struct Plan {
    std::vector<ProgramPort> ports;  ///< inputs, then outputs
    uint32_t input_count = 0;
    std::vector<Value> values;
    std::vector<TransferRow> transfers;
};

/// Which devices of the set can use one memory.
class Sharing {
public:
    virtual ~Sharing() = default;
    /// Is there one of them whose memory all others can use?
    virtual bool together(const std::vector<uint32_t> &devices) const = 0;
    /// Can each use what the other allocates? Memory of ports is the application's, who may have it from either.
    virtual bool either_way(uint32_t a, uint32_t b) const = 0;
};

/// segments have device, inputs and outputs; parts are their graphs. Fills in their sources.
void plan(const Graph &graph, const std::vector<Subgraph> &parts, const Sharing &sharing, std::vector<Segment> &segments, Plan *out);

/// Dense row-major memory of a tensor.
PortLayout dense_layout(const Tensor &tensor);

}  // namespace accel::runtime
