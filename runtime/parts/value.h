// SPDX-License-Identifier: MIT
// Memory between segments, and what has a layout.
#pragma once

#include <cstdint>
#include <string>

#include "port_layout.h"

namespace accel::runtime {

/// Memory between segments, allocated per run. Exactly one of two kinds:
///
/// - *Made* (copy_of = UINT32_MAX): segment `from_segment` writes it, through one entry of its output_sources. Every segment that names it in
///   input_sources reads the same memory, without a copy; the run allocates it for all those devices together (buffer recipe: allocator, exports,
///   imports), so the partitioner names a value on several devices only where plan_share() finds an allocation. Such a crossing is a
///   SHARED row in the transfer report when devices differ.
/// - *Copy* (copy_of set): the runtime fills it from value `copy_of`, or from program port `copy_of` when copy_of_port is set (the port may be an
///   input, or an output that an earlier segment writes directly). It copies element by element: dims and type of the tensor equal the source's, layouts may
///   differ; padding is filled as the layout claims, and bytes in gaps stay as allocated (zero). When: after the source is complete (its from_segment has finished;
///   inputs: at once), immediately before the first segment that reads the copy; `from_segment` repeats the source's, 0 for inputs. A copy may be copied again. One COPY row each.
///
/// port_of (both kinds): after the last segment the value is converted to that program output port. One COPY row.
///
/// layout.size_bytes is the memory to allocate: at least what each port that names the value asks for; align_bytes is the largest of theirs.
/// The layout must agree with that of every port that names the value.
struct Value {
    std::string tensor;
    uint32_t from_segment = 0;
    PortLayout layout;
    uint32_t copy_of = UINT32_MAX;
    bool copy_of_port = false;
    uint32_t port_of = UINT32_MAX;
    uint32_t memory_of = UINT32_MAX;  ///< a smaller value with memory of its own, behind which this one lies; UINT32_MAX: it has its own. All values of one memory suit all its devices
    uint32_t reader_device = 0;       ///< first device that reads it (index in the set); for reports, the run derives its devices from the segments
    uint32_t writer_device = 0;       ///< device that writes it; for a copy the same as reader_device. For reports
};

/// Memory with a layout: a port of an entry point or a value.
struct MemoryEnd {
    bool is_port = false;
    uint32_t index = 0;
    bool operator==(const MemoryEnd &) const = default;
};

}  // namespace accel::runtime
