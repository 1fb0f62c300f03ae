// SPDX-License-Identifier: MIT
// Building pieces: the module's blob becomes a blob of the program, and each graph in it a segment.
#pragma once

#include <span>

#include "parts/blob.h"
#include "parts/segment.h"
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

/// A layout that saves a conversion at a tensor of a part, if the module has it.
struct Wish {
    uint32_t part;    ///< number of it
    uint32_t tensor;  ///< of its graph
    const PortLayout *layout;
};

/// Several parts only where the target takes them. Errors: RESOURCE and OUT_OF_MEMORY from the module; CANCELLED; INTERNAL with the broken rule for everything that a module must not answer.
accel_status build_blob(const CompileTarget &target, std::span<const Subgraph *const> parts, const CompileRequest &request, const std::vector<Wish> &wishes, BuiltBlob *out);

}  // namespace accel::runtime
