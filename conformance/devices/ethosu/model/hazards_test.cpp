// SPDX-License-Identifier: MIT
// Tests that a missing wait is refused.
#include <catch2/catch_test_macros.hpp>

#include "test/program.h"

namespace accel::devices::ethosu {
namespace {

Program with_dma(Program program, uint64_t from, uint64_t to, uint64_t length)
{
    program.set(Reg::Dma0SrcRegion, 0).set(WideReg::Dma0Src, from);
    program.set(Reg::Dma0DstRegion, 0).set(WideReg::Dma0Dst, to).set(WideReg::Dma0Len, length);
    return program.op(Op::DmaStart);
}

Program copy()
{
    return copy_program(4, 4, 4, 128);  // reads 0 to 63, writes 128 to 191
}

TEST_CASE("a kernel must wait for the DMA that brings its input", "[ethosu][hazards]")
{
    Bench bench(1024);
    CHECK(bench.run(with_dma(copy(), 512, 32, 16).op(Op::Pool, 1).stop()).stop == Stop::ParseError);
    CHECK(bench.run(with_dma(copy(), 512, 32, 16).op(Op::DmaWait, 0).op(Op::Pool, 1).stop()).stop == Stop::End);
    CHECK(bench.run(with_dma(copy(), 512, 64, 16).op(Op::Pool, 1).stop()).stop == Stop::End);
    CHECK(bench.run(with_dma(copy(), 128, 600, 16).op(Op::Pool, 1).stop()).stop == Stop::ParseError);
    CHECK(bench.run(with_dma(copy(), 0, 600, 16).op(Op::Pool, 1).stop()).stop == Stop::End);
}

TEST_CASE("a wait for all but k leaves the last k", "[ethosu][hazards]")
{
    Bench bench(1024);
    const Program first = with_dma(copy(), 512, 32, 16);
    Program two = with_dma(first, 512, 700, 16);
    CHECK(bench.run(Program(two).op(Op::Pool, 1).stop()).stop == Stop::ParseError);
    CHECK(bench.run(Program(two).op(Op::DmaWait, 2).op(Op::Pool, 1).stop()).stop == Stop::ParseError);
    CHECK(bench.run(Program(two).op(Op::DmaWait, 1).op(Op::Pool, 1).stop()).stop == Stop::End);
}

TEST_CASE("a DMA must wait for the kernel whose memory it overwrites", "[ethosu][hazards]")
{
    Bench bench(1024);
    const Program kernel = copy().op(Op::Pool, 1);
    CHECK(bench.run(with_dma(kernel, 512, 32, 16).stop()).stop == Stop::ParseError);
    CHECK(bench.run(with_dma(kernel, 140, 512, 16).stop()).stop == Stop::ParseError);
    CHECK(bench.run(with_dma(Program(kernel).op(Op::KernelWait, 0), 512, 32, 16).stop()).stop == Stop::End);
    CHECK(bench.run(with_dma(kernel, 32, 512, 16).stop()).stop == Stop::End);
}

}  // namespace
}  // namespace accel::devices::ethosu
