// SPDX-License-Identifier: MIT
// Tests of layouts that fit the shared buffer, and of such that do not.
#include <catch2/catch_test_macros.hpp>

#include "test/program.h"

namespace accel::devices::ethosu {
namespace {

/// A pooling of an 8 x 8 x 8 map in blocks of 8 x 8 x 8: 1 bank of input and 2 banks of accumulators, each twice.
Result run_with_layout(uint32_t ifm_end, uint32_t accumulators, uint32_t activation = 0)
{
    Bench bench(1024);
    Program program = copy_program(8, 8, 8, 512);
    program.set(Reg::OfmBlkHeightM1, 7).set(Reg::OfmBlkWidthM1, 7);
    program.set(Reg::IfmIbEnd, ifm_end).set(Reg::AbStart, accumulators).set(Reg::Activation, activation);
    return bench.run(program.op(Op::Pool, 1).stop());
}

TEST_CASE("blocks must fit the shared buffer", "[ethosu][shared_buffer]")
{
    CHECK(run_with_layout(4, 44).stop == Stop::End);
    CHECK(run_with_layout(4, 4).stop == Stop::End);
    CHECK(run_with_layout(3, 44).stop == Stop::ParseError);
    CHECK(run_with_layout(4, 45).stop == Stop::ParseError);
    CHECK(run_with_layout(10, 9).stop == Stop::ParseError);
    CHECK(run_with_layout(4, 44, 16).stop == Stop::ParseError);  // a table lies in the last two banks
    CHECK(run_with_layout(4, 42, 16).stop == Stop::End);
}

}  // namespace
}  // namespace accel::devices::ethosu
