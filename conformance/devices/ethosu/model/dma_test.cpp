// SPDX-License-Identifier: MIT
// Tests of the model's DMA, up to tables in SHRAM.
#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include "test/program.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint32_t kInternal = 0x103;
constexpr uint32_t kTables = 46 * 1024;

Program dma(uint32_t from_region, uint64_t from, uint32_t to_region, uint64_t to, uint64_t length)
{
    Program program;
    program.set(Reg::Dma0SrcRegion, from_region).set(WideReg::Dma0Src, from);
    program.set(Reg::Dma0DstRegion, to_region).set(WideReg::Dma0Dst, to).set(WideReg::Dma0Len, length);
    return program;
}

TEST_CASE("a DMA copies exactly its length", "[ethosu][dma]")
{
    Bench bench(64);
    for (uint32_t i = 0; i < 20; ++i) bench.memory[i] = static_cast<uint8_t>(i);
    REQUIRE(bench.run(dma(0, 3, 0, 40, 7).op(Op::DmaStart).op(Op::DmaWait, 0).stop()).detail == "");
    CHECK(bench.memory[39] == 0xee);
    CHECK(bench.memory[40] == 3);
    CHECK(bench.memory[46] == 9);
    CHECK(bench.memory[47] == 0xee);
}

TEST_CASE("2D and 3D transfers gather rows", "[ethosu][dma]")
{
    Bench bench(128);
    for (uint32_t i = 0; i < 64; ++i) bench.memory[i] = static_cast<uint8_t>(i);
    Program program = dma(2u << 9, 0, 0, 64, 2);
    program.set(Reg::Dma0Size0, 3).set(Reg::Dma0Size1, 2).set(WideReg::Dma0Skip0, 6).set(WideReg::Dma0Skip1, 8);
    REQUIRE(bench.run(program.op(Op::DmaStart).stop()).detail == "");
    const std::vector<uint8_t> expected{0, 1, 8, 9, 16, 17, 32, 33, 40, 41, 48, 49, 0xee};
    CHECK(std::equal(expected.begin(), expected.end(), bench.memory.begin() + 64));
}

TEST_CASE("illegal transfers are refused", "[ethosu][dma]")
{
    Bench bench(64);
    CHECK(bench.run(dma(0, 60, 0, 0, 8).op(Op::DmaStart).stop()).stop == Stop::BusError);
    CHECK(bench.run(dma(9, 0, 0, 0, 8).op(Op::DmaStart).stop()).stop == Stop::ParseError);
    CHECK(bench.run(dma(3u << 9, 0, 0, 0, 8).op(Op::DmaStart).stop()).stop == Stop::ParseError);
    CHECK(bench.run(dma(0, 0, kInternal, kTables + 8, 16).op(Op::DmaStart).stop()).stop == Stop::ParseError);
    CHECK(bench.run(dma(0, 0, kInternal, kTables, 8).op(Op::DmaStart).stop()).stop == Stop::ParseError);
    CHECK(bench.run(dma(0, 0, kInternal, 48 * 1024, 16).op(Op::DmaStart).stop()).stop == Stop::ParseError);
    CHECK(bench.run(dma(0, 0, 0, 0, uint64_t{1} << 39).op(Op::DmaStart).stop()).stop != Stop::End);
}

TEST_CASE("a table in SHRAM is looked up by signed value and survives the job", "[ethosu][dma]")
{
    Bench bench(512);
    for (int value = -128; value < 128; ++value) {
        bench.memory[static_cast<size_t>(value + 128)] = static_cast<uint8_t>(-value - 1);
    }
    REQUIRE(bench.run(dma(0, 0, kInternal, kTables + 256, 256).op(Op::DmaStart).stop()).detail == "");
    for (uint32_t i = 0; i < 8; ++i) bench.memory[i] = static_cast<uint8_t>(16 * i - 60);
    const Program program = copy_program(1, 1, 8, 300).set(Reg::Activation, 17).op(Op::Pool, 1).stop();
    REQUIRE(bench.run(program).detail == "");
    for (uint32_t i = 0; i < 8; ++i) {
        CHECK(static_cast<int8_t>(bench.memory[300 + i]) == -static_cast<int8_t>(bench.memory[i]) - 1);
    }
    bench.npu.reset();
    REQUIRE(bench.run(program).detail == "");
    CHECK(bench.memory[300] == 0);
}

}  // namespace
}  // namespace accel::devices::ethosu
