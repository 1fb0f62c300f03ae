// SPDX-License-Identifier: MIT
// Tests of encoded operations, word by word where it counts.
#include "emit.h"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <utility>

using namespace accel::ethosu;
using enum Command;

namespace {

FeatureMap map_at(Space space, uint32_t port, uint64_t offset_bytes, accel::layout::Extent extent)
{
    FeatureMap map;
    map.place = {space, port, offset_bytes};
    map.extent = extent;
    map.strides = accel::layout::strides(accel::layout::kNhwc, extent, 1);
    return map;
}

Op small_conv()
{
    Op op;
    op.ifm = map_at(Space::kPort, 0, 0, {5, 6, 4});
    op.ifm.zero_point = -3;
    op.ofm = map_at(Space::kScratch, 0, 0x40, {3, 3, 8});
    op.ofm.zero_point = 7;
    op.kernel = {3, 3, 2, 2, 1, 1, 1, 1, 1, 0};
    op.part_kernel = true;
    op.weights = {0x100, 0x50};
    op.scales = {0x20, 0x60};
    op.clamp = {-128, 20};
    op.block = {4, 4, 8, 10, 0, 30};
    return op;
}

// Latched value of every command, and how often each was seen.
struct Seen {
    std::map<Command, uint64_t> value;
    std::map<Command, int> count;
};

Seen scan(const std::vector<uint32_t> &words)
{
    Seen seen;
    for (size_t i = 0; i < words.size(); ++i) {
        const auto command = static_cast<Command>(words[i] & 0x43ff);
        uint64_t value = words[i] >> 16;
        if (words[i] & kPayloadFollows) {
            value = value << 32 | words[i + 1];
            ++i;
        }
        seen.value[command] = value;
        ++seen.count[command];
    }
    return seen;
}

}  // namespace

// Derived by hand from the field tables.
TEST_CASE("a convolution word by word", "[emit]")
{
    const Op op = small_conv();
    const auto stream = emit({&op, 1}, 1000);
    REQUIRE(stream);
    const std::vector<uint32_t> expected = {
        0x00000123,                                       // PARALLEL_MODE 0
        0x0003010f, 0x00004000, 0,                        // IFM_REGION 3, IFM_BASE0..3
        0x00004001, 0, 0x00004002, 0,                     //
        0x00004003, 0,                                    //
        0x0004010b, 0x0004010c, 0x0005010a,               // IFM_HEIGHT0/1, WIDTH0
        0x00004005, 24, 0x00004004, 4,                    // strides y, x
        0x00004006, 1,                                    // stride c
        0xfffd0109,                                       // IFM_ZERO_POINT -3
        0x00030104, 0x00010105, 0x00000107,               // depth, precision s8, no upscale
        0x0001011f, 0x00004010, 0x40,                     // OFM_REGION 1, OFM_BASE0..3
        0x00004011, 0, 0x00004012, 0,                     //
        0x00004013, 0,                                    //
        0x0002011b, 0x0002011c, 0x0002011a,               //
        0x00004015, 24, 0x00004014, 8,                    //
        0x00004016, 1,                                    //
        0x00070118,                                       // OFM_ZERO_POINT 7
        0x00020112, 0x00020111, 0x00070113, 0x00010114,   // height, width, depth, precision
        0x00010100, 0x00010101, 0x00010103, 0x00000102,   // pads top, left, bottom, right
        0x00020121, 0x00020120, 0x00070122,               // kernel 3x3, strides 2x2, part kernel
        0x00000128, 0x00004020, 0x100, 0x00004021, 0x50,  // weights
        0x00000129, 0x00004022, 0x20, 0x00004023, 0x60,   // scales
        0x00000125, 0xff800126, 0x00140127,               // activation, min, max
        0x00030116, 0x00030115, 0x00070117,               // block
        0x000a010d, 0x001e012d, 0x00000124,               // IB_END, AB_START, int32
        0x0000012f, 0x00000002,                           // BLOCKDEP 0, CONV
        0xffff0000,                                       // STOP
    };
    CHECK(stream->words == expected);
    REQUIRE(stream->relocations.size() == 1);
    CHECK(stream->relocations[0] == Relocation{1, 2, 0, 0});
}

TEST_CASE("pools and additions set the global scale and need no scale stream", "[emit]")
{
    for (const OpKind kind : {OpKind::kMaxPool, OpKind::kAveragePool, OpKind::kAdd}) {
        Op op = small_conv();
        op.kind = kind;
        op.ifm2 = map_at(Space::kConstants, 0, 0x80, {1, 6, 1});
        op.ofm_scale = {123456, 33};
        op.operand_scale = {99, 12};
        op.scaled_operand = ScaledOperand::kSecond;
        const auto stream = emit({&op, 1}, 1000);
        REQUIRE(stream);
        const Seen seen = scan(stream->words);
        CHECK((seen.value.at(SET0_OFM_PRECISION) & 0x100) != 0);
        CHECK(seen.value.at(SET1_OFM_SCALE) == (33ull << 32 | 123456));
        CHECK(seen.count.count(SET1_SCALE_BASE) == 0);
        CHECK(seen.count.count(SET0_KERNEL_STRIDE) == (kind == OpKind::kAdd ? 0 : 1));
        if (kind != OpKind::kAdd)
            continue;
        CHECK(seen.value.at(SET0_IFM2_BROADCAST) == 5);
        CHECK(seen.value.at(SET0_IFM_PRECISION) == 0x201);
        CHECK(seen.value.at(SET1_OPA_SCALE) == (12ull << 32 | 99));
        CHECK(seen.value.at(OP0_ELEMENTWISE) == 1);
    }
}

TEST_CASE("elementwise modes and operand order", "[emit]")
{
    const std::pair<OpKind, uint32_t> modes[] = {{OpKind::kMultiply, 0}, {OpKind::kAdd, 1}, {OpKind::kSubtract, 2}};
    for (const auto &[kind, mode] : modes)
        for (const bool reversed : {false, true}) {
            Op op = small_conv();
            op.kind = kind;
            op.reversed = reversed;
            op.ifm2 = op.ifm;
            const Seen seen = scan(emit({&op, 1}, 1000)->words);
            CHECK(seen.value.at(OP0_ELEMENTWISE) == mode);
            CHECK(seen.value.at(SET0_IFM2_BROADCAST) == (reversed ? 0x40u : 0u));
            CHECK(seen.count.count(SET1_OPA_SCALE) == (kind == OpKind::kMultiply ? 0 : 1));
        }
}

TEST_CASE("every operation but the first waits for the kernels before it", "[emit]")
{
    const Op ops[] = {small_conv(), small_conv(), small_conv()};
    const auto stream = emit(ops, 1000);
    REQUIRE(stream);
    const Seen seen = scan(stream->words);
    CHECK(seen.count.at(OP0_KERNEL_WAIT) == 2);
    CHECK(seen.value.at(SET0_BLOCKDEP) == 0);
    CHECK(seen.count.at(OP0_STOP) == 1);
    CHECK(stream->words.back() == 0xffff0000);
}

TEST_CASE("dilation and stride fields", "[emit]")
{
    Op op = small_conv();
    op.part_kernel = false;
    op.kernel.stride_x = 3;
    op.kernel.stride_y = 2;
    op.kernel.dilation_x = 2;
    op.kernel.dilation_y = 1;
    const Seen seen = scan(emit({&op, 1}, 1000)->words);
    CHECK(seen.value.at(SET0_KERNEL_STRIDE) == (1u << 6 | 1u << 1 | 1u << 3));
    CHECK(seen.value.at(SET0_KERNEL_WIDTH_M1) == 4);
    CHECK(seen.value.at(SET0_KERNEL_HEIGHT_M1) == 2);
}

TEST_CASE("a stream beyond its capacity is not given out", "[emit]")
{
    const Op op = small_conv();
    const size_t size = emit({&op, 1}, 1000)->words.size();
    CHECK(emit({&op, 1}, size));
    CHECK_FALSE(emit({&op, 1}, size - 1));
}

TEST_CASE("relocation moves a port and nothing else", "[emit]")
{
    Op op = small_conv();
    op.ifm.place.offset_bytes = 0x10;
    auto stream = *emit({&op, 1}, 1000);
    const auto before = stream.words;
    relocate(stream.words, stream.relocations[0], 6, 0x1200000000ull);
    for (size_t i = 0; i < before.size(); ++i)
        if (i < 1 || i > 3)
            REQUIRE(stream.words[i] == before[i]);
    CHECK(stream.words[1] == 0x0006010f);
    CHECK(stream.words[2] == 0x00124000);
    CHECK(stream.words[3] == 0x10);
}

TEST_CASE("the dump names registers and stops at garbage", "[emit]")
{
    const uint32_t words[] = {0x0003010f, 0x00004000, 0x20, 0x000003ff, 0x00004001};
    const std::string text = accel::stream::dump<uint32_t>(words, decode_command);
    CHECK(text == "     0  0003010f  IFM_REGION 3\n"
                  "     1  00004000 00000020  IFM_BASE0 32 [0]\n"
                  "     3  000003ff  ?\n"
                  "     4  00004001  ?\n");
}
