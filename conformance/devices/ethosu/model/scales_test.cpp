// SPDX-License-Identifier: MIT
// A test of one scale record, bit by bit.
#include <catch2/catch_test_macros.hpp>

#include "fault.h"
#include "scales.h"
#include "test/program.h"

namespace accel::devices::ethosu {
namespace {

TEST_CASE("a scale record holds 40, 32 and 6 bits", "[ethosu][scales]")
{
    std::vector<uint8_t> memory{0xfe, 0xff, 0xff, 0xff, 0x7f, 0x01, 0x00, 0x00, 0x80, 0xff,
                                0x00, 0x00, 0x00, 0x00, 0x80, 0x02, 0x00, 0x00, 0x00, 0x05};
    memory.resize(32);
    ArrayBus bus;
    bus.map(0, memory, false);
    const std::array<uint64_t, 8> bases{};
    MemoryPort port(bus, bases);
    Registers registers;
    registers.set(static_cast<uint16_t>(Reg::ScaleRegion), 0);
    registers.set_wide(static_cast<uint16_t>(WideReg::ScaleBase), 0, 0);
    registers.set_wide(static_cast<uint16_t>(WideReg::ScaleLength), 0, 32);
    const auto scales = read_channel_scales(registers, 2, port);
    CHECK(scales[0].bias == 0x7f'ffff'fffe);
    CHECK(scales[0].multiplier == 0x8000'0001u);
    CHECK(scales[0].shift == 0x3f);
    CHECK(scales[1].bias == -(int64_t{1} << 39));
    CHECK(scales[1].multiplier == 2);
    CHECK(scales[1].shift == 5);
    CHECK_THROWS_AS(read_channel_scales(registers, 4, port), Fault);
}

}  // namespace
}  // namespace accel::devices::ethosu
