// SPDX-License-Identifier: MIT
// Writes saved programs that the fuzz target starts from.
#include "program/testing/saved_sample.h"
#include "seed.h"

using namespace accel::runtime;

namespace {

/// A copy of a copy, strided scales, and an output that shares an input's memory.
testing::Bytes with_everything()
{
    testing::SavedSample sample;
    accel_program &program = *sample.program;
    ProgramPort &y = program.entries[0].ports[1];
    y.in_place_of = 0;
    y.quantization = {{0.5f, 0.25f, 0.125f, 1.0f}, {0, 1, -1, 2}, 1};
    const float scales[4] = {1.5f, 2.5f, 3.5f, 4.5f};
    const int64_t blocks[2] = {1, 2};
    const accel_quantization in_blocks{sizeof in_blocks, ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, 0, 2, blocks, scales, nullptr, 4};
    program.entries[0].ports[0].quantization = accel::graph::copy(in_blocks, program.entries[0].ports[0].layout.dims);
    Value third = program.entries[0].values[1];
    third.copy_of = 1;
    program.entries[0].values.push_back(third);
    program.entries[0].segments[1].input_sources = {{PortSource::Kind::Value, 2}};
    program.blobs[1].constants = {{sample.constant, 4}, {sample.constant, 8}};
    return sample.save();
}

}  // namespace

int main(int, char **arguments)
{
    write_seed(arguments[1], "plain", testing::SavedSample().save());
    write_seed(arguments[1], "everything", with_everything());
    return 0;
}
