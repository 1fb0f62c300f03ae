// SPDX-License-Identifier: MIT
// Ports of a program and the memory between its segments.
//
// Each tensor that crosses a border has one home, where its bytes are after its maker has run: a port, which is the application's memory, or a value, which is the run's own. A segment reaches a tensor in the
// first of three ways that will do:
//
//                                        ┌──► segment on the same device, layouts agree: in its home
//   application ── port ──► segment ── value ─┼──► segment on a device that can use that memory: in its home, a SHARED row
//                                        └─ COPY or CONVERT ─► value ──► any other: one copy for each device and layout
//
// An output is written where its port lies, if the maker's layout agrees with it; else into a value that is converted behind the last segment (port_of).
//
// What is true:
// - Segments come in the order of execution, so that whoever reads a tensor finds its home.
// - Nothing is moved without a row in the transfer report, and a row that moves nothing says so.
// - Memory only grows while this is planned, to the size and alignment that its users want. A port whose layout the application gave keeps its size, and who needs more gets a copy.
// - All devices that use a value can use one memory: each that comes along is asked about together with those before it (Sharing).
// - A port lies as the application chose. Where it did not, as the device of the first segment that reads it wants, or that writes it, as far as strides can say that.
//
// Not chosen: modules that convert at their own borders. Nobody would see or count it, each would have its own, and two that agree would do it twice (docs/decisions/0019-layouts.md).
#pragma once

#include <map>

#include "parts/entry.h"
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
    PortLayout given;                             ///< with GIVEN; with DENSE what it is
};
using PortChoices = std::map<uint32_t, PortChoice>;  ///< by tensor; what is not there is STRIDED

/// segments have device, inputs and outputs; parts are their graphs. Fills in their sources.
void plan(const Graph &graph, const std::vector<Subgraph> &parts, const Sharing &sharing, const PortChoices &choices, std::vector<Segment> &segments, Plan *out);

/// Kind, bytes and reason of a row that moves bytes, as its two sides are now. why: of a copy.
void describe_move(TransferRow &row, const PortLayout &from, const PortLayout &to, const char *why);
/// The same of all rows that name ports of variables, which have another layout now.
void describe_moves_again(ProgramEntry &entry);

}  // namespace accel::runtime
