// SPDX-License-Identifier: MIT
// Building a piece: the module's blob becomes a segment of the program.
#pragma once

#include "../program.h"
#include "subgraph.h"
#include "target.h"

namespace accel::runtime {

struct BuiltSegment {
    Segment segment;
    uint32_t buffer_count_max = 0;
};

/// Errors: RESOURCE and OUT_OF_MEMORY from the module; CANCELLED; INTERNAL with the broken rule for everything that a module must not answer.
accel_status build_segment(const CompileTarget &target, const Subgraph &part, const CompileRequest &request, BuiltSegment *out);

/// Do strides reach every element once, inside the size? For ports of modules and of saved programs.
bool layout_holds(const PortLayout &layout);

/// Are elements at the same places? Strides of axes with one element do not count.
bool same_places(const PortLayout &a, const PortLayout &b);

}  // namespace accel::runtime
