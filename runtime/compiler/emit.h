// SPDX-License-Identifier: MIT
// Building pieces: the module's blob becomes a blob of the program, and each graph in it a segment.
#pragma once

#include <span>

#include "../program.h"
#include "subgraph.h"
#include "target.h"

namespace accel::runtime {

struct BuiltSegment {
    Segment segment;
    uint32_t buffer_count_max = 0;
};

struct BuiltBlob {
    Blob blob;
    std::vector<BuiltSegment> segments;  ///< by part; which blob of the program it is, is for the caller to say
};

/// Several parts only where the target takes them. Errors: RESOURCE and OUT_OF_MEMORY from the module; CANCELLED; INTERNAL with the broken rule for everything that a module must not answer.
accel_status build_blob(const CompileTarget &target, std::span<const Subgraph *const> parts, const CompileRequest &request, BuiltBlob *out);

/// Do strides reach every element once, inside the size? For ports of modules and of saved programs.
bool layout_holds(const PortLayout &layout);

/// Are elements at the same places? Strides of axes with one element do not count.
bool same_places(const PortLayout &a, const PortLayout &b);
/// The same of elements of equal index, of tensors of different sizes: one is the leading part of the other.
bool same_distances(const PortLayout &a, const PortLayout &b);

}  // namespace accel::runtime
