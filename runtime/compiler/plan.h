// SPDX-License-Identifier: MIT
// Ports of a program and the memory between its segments.
#pragma once

#include <map>

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

/// How a port is to lie.
struct PortChoice {
    uint32_t layout = ACCEL_PORT_LAYOUT_STRIDED;  ///< enum accel_port_layout
    PortLayout given;  ///< with GIVEN; with DENSE what it is
};
using PortChoices = std::map<uint32_t, PortChoice>;  ///< by tensor; what is not there is STRIDED

/// segments have device, inputs and outputs; parts are their graphs. Fills in their sources.
void plan(const Graph &graph, const std::vector<Subgraph> &parts, const Sharing &sharing, const PortChoices &choices, std::vector<Segment> &segments, Plan *out);

/// Kind, bytes and reason of a row that moves bytes, as its two sides are now. why: of a copy.
void describe_move(TransferRow &row, const PortLayout &from, const PortLayout &to, const char *why);
/// The same of all rows that name ports of variables, which have another layout now.
void describe_moves_again(ProgramEntry &entry);

}  // namespace accel::runtime
