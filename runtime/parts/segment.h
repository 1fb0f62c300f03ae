// SPDX-License-Identifier: MIT
// A piece of an entry point that one device runs in one submission, and where its ports get their memory.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "port_layout.h"

namespace accel::runtime {

struct OpenParts;  // compiler/open_parts.h

/// Where a segment's port gets its memory.
///
/// Port: the buffer bound to that program port, as it is, so the segment's port agrees with the layout of the program port: same places, at most its size.
/// The program port's `device` is a device that reads or writes it directly; further devices may read an *input* directly too, the run then
/// attaches the bound buffer to them at bind and the bind fails where they cannot share. Where that is not certain at build time (plan_share in device/share.h),
/// the other device reads a Value with copy_of_port instead. An *output* port has exactly one direct writer, or none (then a Value names it in
/// port_of), and may be read directly by later segments on devices that can share it.
/// Value: memory that the run allocates, once per run, usable by every device whose segments name the value.
struct PortSource {
    enum class Kind : uint32_t {
        Port = 1,  ///< the program port number `index` is bound here
        Value = 2  ///< the value number `index` between segments
    };
    Kind kind = Kind::Port;
    uint32_t index = 0;
};

/// A dimension whose size depends on data: the size of that symbol once the work is done.
struct DataDim {
    uint32_t axis = 0, symbol = 0;
};

/// A piece of an entry point that one device runs in one submission.
struct Segment {
    uint32_t device = 0;  ///< that of its blob
    uint32_t blob = 0;    ///< index in the program's
    uint32_t graph = 0;   ///< which of the blob's graphs it is
    std::vector<PortLayout> inputs;
    std::vector<PortLayout> outputs;
    std::vector<PortSource> input_sources;
    std::vector<PortSource> output_sources;
    std::vector<uint32_t> in_place_of;  ///< by output: the input whose memory it may have; UINT32_MAX: none
    uint64_t scratch_bytes = 0;
    uint32_t buffer_count_max = 0;          ///< distinct buffers that its program ports may lie in, beside the values that it names; 0: any number
    std::shared_ptr<const OpenParts> open;  ///< what it is a piece of, where it was built for open sizes; else null
    std::vector<int64_t> sizes;             ///< then, by symbol of its graph, those of now; -1: it depends on data. Empty: none of its sizes is open
    std::vector<int64_t> bounds;            ///< the same, with the largest that it may be in the place of -1
    bool tells_sizes = false;               ///< an output's size depends on data
};

}  // namespace accel::runtime
