// SPDX-License-Identifier: MIT
// Tests of whole jobs on the model: ends, faults and small operations.
#include <algorithm>
#include <numeric>

#include <catch2/catch_test_macros.hpp>

#include "test/program.h"

namespace accel::devices::ethosu {
namespace {

TEST_CASE("identity registers are those of a U65 with 256 MACs", "[ethosu][npu]")
{
    CHECK((Npu::kConfig & 0xf) == 8);
    CHECK(((Npu::kConfig >> 4) & 0xf) == 0);
    CHECK((Npu::kId >> 28) == 1);
    CHECK(((Npu::kId >> 16) & 0xf) == 6);
}

TEST_CASE("STOP ends a job behind its word", "[ethosu][npu]")
{
    Bench bench(16);
    std::atomic<uint32_t> progress{0};
    const Program program = Program().set(Reg::ParallelMode, 0).op(Op::KernelWait, 0).stop();
    const Result result = bench.run(program, nullptr, &progress);
    CHECK(result.stop == Stop::End);
    CHECK(result.read_offset_bytes == 12);
    CHECK(progress == 12);
}

TEST_CASE("illegal words are parse errors at their offset", "[ethosu][npu]")
{
    Bench bench(16);
    const auto refuses = [&bench](Program program, uint32_t offset) {
        const Result result = bench.run(program.stop());
        CHECK(result.stop == Stop::ParseError);
        CHECK(result.read_offset_bytes == offset);
        CHECK(!result.detail.empty());
    };
    refuses(Program().word(0x0000'0106), 0);  // no such register
    refuses(Program().word(0x0000'0108), 0);  // IFM_BROADCAST exists on the U85 only
    refuses(Program().word(0x0000'4027).word(0), 0);
    refuses(Program().word(0x0000'8100), 0);  // control bits
    refuses(Program().word(0x0000'0500), 0);  // reserved bit
    refuses(Program().set(Reg::IfmPadTop, 0).op(static_cast<Op>(7)), 4);
    refuses(Program().op(Op::Pool, 3), 0);
    refuses(Program().op(Op::Elementwise, 10), 0);
    refuses(Program().op(Op::Conv), 0);  // nothing was set
}

TEST_CASE("a stream that ends without STOP is a parse error", "[ethosu][npu]")
{
    Bench bench(16);
    CHECK(bench.run(Program().set(Reg::ParallelMode, 0)).stop == Stop::ParseError);
    CHECK(bench.run(Program().word(0x0000'4000)).stop == Stop::ParseError);
    CHECK(bench.run(Program()).stop == Stop::ParseError);
}

TEST_CASE("a stream outside memory is a bus error", "[ethosu][npu]")
{
    Bench bench(16);
    Job job;
    job.stream_address = 0x9'0000'0000;
    job.stream_size_bytes = 64;
    const Result result = bench.npu.run(job);
    CHECK(result.stop == Stop::BusError);
    CHECK(result.read_offset_bytes == 0);
}

TEST_CASE("a raised flag aborts", "[ethosu][npu]")
{
    Bench bench(16);
    const std::atomic<bool> abort{true};
    CHECK(bench.run(Program().stop(), &abort).stop == Stop::Aborted);
}

TEST_CASE("a pooling of one element copies", "[ethosu][npu]")
{
    Bench bench(256);
    std::iota(bench.memory.begin(), bench.memory.begin() + 60, uint8_t{100});
    const Result result = bench.run(copy_program(4, 5, 3, 128).op(Op::Pool, 1).stop());
    CHECK(result.detail == "");
    CHECK(std::equal(bench.memory.begin(), bench.memory.begin() + 60, bench.memory.begin() + 128));
    CHECK(bench.memory[127] == 0xee);
    CHECK(bench.memory[188] == 0xee);
}

TEST_CASE("reads and writes beyond memory are bus errors", "[ethosu][npu]")
{
    Bench bench(256);
    CHECK(bench.run(copy_program(4, 5, 3, 200).op(Op::Pool, 1).stop()).stop == Stop::BusError);
    CHECK(bench.run(copy_program(40, 5, 3, 0).op(Op::Pool, 1).stop()).stop == Stop::BusError);
}

TEST_CASE("four tiles are four places", "[ethosu][npu]")
{
    Bench bench(512);
    for (uint32_t i = 0; i < 64; ++i) bench.memory[i] = static_cast<uint8_t>(i);
    // 4 x 4 elements; the output's right half starts at row 3, the left half's tiles meet at row 1.
    Program program = copy_program(4, 4, 1, 0);
    program.set(WideReg::OfmBase0, 64, 0).set(WideReg::OfmBase0, 128, 1);
    program.set(WideReg::OfmBase0, 192, 2).set(WideReg::OfmBase0, 256, 3);
    program.set(Reg::OfmWidth0M1, 1).set(Reg::OfmHeight0M1, 0).set(Reg::OfmHeight1M1, 2);
    REQUIRE(bench.run(program.op(Op::Pool, 1).stop()).detail == "");
    CHECK(bench.memory[64] == 0);
    CHECK(bench.memory[65] == 1);
    CHECK(bench.memory[66] == 0xee);
    CHECK(bench.memory[192] == 4);
    CHECK(bench.memory[192 + 9] == 13);
    CHECK(bench.memory[128] == 2);
    CHECK(bench.memory[128 + 9] == 11);
    CHECK(bench.memory[256] == 14);
    CHECK(bench.memory[257] == 15);
}

TEST_CASE("bricks hold 16 channels each", "[ethosu][npu]")
{
    Bench bench(512);
    for (uint32_t i = 0; i < 36; ++i) bench.memory[i] = static_cast<uint8_t>(i);
    Program program = copy_program(1, 2, 18, 64);
    program.set(Reg::OfmPrecision, 0x141);
    program.set(WideReg::OfmStrideC, 32).set(WideReg::OfmStrideY, 64).set(WideReg::OfmStrideX, 16);
    REQUIRE(bench.run(program.op(Op::Pool, 1).stop()).detail == "");
    CHECK(bench.memory[64] == 0);
    CHECK(bench.memory[64 + 16] == 18);
    CHECK(bench.memory[64 + 32] == 16);
    CHECK(bench.memory[64 + 33] == 17);
    CHECK(bench.memory[64 + 34] == 0xee);  // channels that do not exist are not written
    CHECK(bench.memory[64 + 48] == 34);
}

TEST_CASE("illegal state is refused", "[ethosu][npu]")
{
    Bench bench(256);
    const auto refuses = [&bench](auto change) {
        Program program = copy_program(2, 2, 4, 128);
        change(program);
        CHECK(bench.run(program.op(Op::Pool, 1).stop()).stop == Stop::ParseError);
    };
    refuses([](Program &p) { p.set(Reg::IfmPadTop, 1).set(Reg::IfmPadBottom, 3); });
    refuses([](Program &p) { p.set(Reg::IfmRegion, 8); });
    refuses([](Program &p) { p.set(Reg::IfmZeroPoint, 200); });
    refuses([](Program &p) { p.set(Reg::IfmPrecision, 0xd); });
    refuses([](Program &p) { p.set(Reg::IfmPrecision, 0x81); });
    refuses([](Program &p) { p.set(Reg::OfmPrecision, 0xc101); });
    refuses([](Program &p) { p.set(Reg::IfmDepthM1, 9); });
    refuses([](Program &p) { p.set(Reg::IfmUpscale, 3); });
    refuses([](Program &p) { p.set(Reg::OfmBlkWidthM1, 2); });
    refuses([](Program &p) { p.set(Reg::OfmBlkDepthM1, 135); });
    refuses([](Program &p) { p.set(Reg::IfmIbEnd, 31); });
    refuses([](Program &p) { p.set(Reg::Blockdep, 4); });
    refuses([](Program &p) { p.set(Reg::AccFormat, 2); });
    refuses([](Program &p) { p.set(Reg::ActivationMin, 5).set(Reg::ActivationMax, 4); });
    refuses([](Program &p) { p.set(Reg::Activation, 3); });
    refuses([](Program &p) { p.set(Reg::Activation, 24); });
    refuses([](Program &p) { p.set(Reg::IfmPadTop, 1).scale(WideReg::OfmScale, 3, 1); });
}

TEST_CASE("absurd sizes are refused before they cost anything", "[ethosu][npu]")
{
    Bench bench(256);
    Program program = copy_program(0x10000, 0x10000, 0x10000, 0);
    program.set(WideReg::IfmStrideX, 0).set(WideReg::IfmStrideY, 0);
    CHECK(bench.run(program.op(Op::Pool, 1).stop()).stop == Stop::ParseError);
}

}  // namespace
}  // namespace accel::devices::ethosu
