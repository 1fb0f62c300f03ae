// SPDX-License-Identifier: MIT
// Programs for the fake backends that no compiler has made.
#pragma once

#include <vector>

#include "fake_backend.h"
#include "program/program.h"

namespace accel::runtime::fake {

/// One segment of a test program: out = in + addend, byte by byte.
struct FakeSegment {
    uint32_t device;
    uint8_t addend;
    std::vector<PortSource> inputs;
    std::vector<PortSource> outputs;
};
/// A loaded program of `size_bytes` long byte vectors: `input_count` inputs, then `output_count` outputs.
Ref<accel_program> make_program(accel_instance &instance, std::vector<Ref<accel_device>> devices, uint32_t input_count, uint32_t output_count,
                                const std::vector<FakeSegment> &segments, std::vector<Value> values = {}, uint64_t size_bytes = 16);
/// Layout of such a vector.
PortLayout vector_layout(uint64_t size_bytes);

}  // namespace accel::runtime::fake
