// SPDX-License-Identifier: MIT
#include "seed.h"
#include "testing/saved_sample.h"

using namespace accel::runtime;

namespace {

/// A copy of a copy, strided scales, and an output that shares an input's memory.
testing::Bytes with_everything()
{
    testing::SavedSample sample;
    accel_program &program = *sample.program;
    ProgramPort &y = program.ports[1];
    y.alias_of = 0;
    y.quantized = true;
    y.quantization_axis = 1;
    y.scales = {0.5f, 0.25f, 0.125f, 1.0f};
    y.zero_points = {0, 1, -1, 2};
    Value third = program.values[1];
    third.copy_of = 1;
    program.values.push_back(third);
    program.segments[1].input_sources = {{PortSource::Kind::Value, 2}};
    program.segments[1].constants = {{sample.constant, 4}, {sample.constant, 8}};
    return sample.save();
}

}  // namespace

int main(int, char **arguments)
{
    write_seed(arguments[1], "plain", testing::SavedSample().save());
    write_seed(arguments[1], "everything", with_everything());
    return 0;
}
