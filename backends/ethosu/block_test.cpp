// SPDX-License-Identifier: MIT
// Tests that every operation has a block, and that its buffers fit.
#include "block.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace accel::ethosu;

namespace {

Op conv(int64_t size, int64_t in, int64_t out, int64_t kernel, int64_t stride)
{
    Op op;
    op.kernel.height = op.kernel.width = kernel;
    op.kernel.stride_y = op.kernel.stride_x = stride;
    op.ifm.extent = {size, size, in};
    op.ofm.extent = {(size + stride - 1) / stride, (size + stride - 1) / stride, out};
    op.part_kernel = prefers_part_kernel(in, kernel * kernel);
    return op;
}

int64_t round_up(int64_t value, int64_t to) { return (value + to - 1) / to * to; }

// Both buffers are double, in banks of 1 KiB, inputs in granules of 8 banks and
// accumulators (4 bytes each) in granules of 16.
void check_buffers(const Op &op, const Block &block)
{
    const auto side = [](int64_t block_side, int64_t stride, int64_t kernel) {
        return round_up((block_side - 1) * stride + std::min<int64_t>(kernel, 8), 2);
    };
    int64_t depth = block.depth;
    if (op.kind == OpKind::kConv)
        depth = round_up(std::min<int64_t>(op.ifm.extent.channels, op.part_kernel ? 16 : 32), 8);
    const int64_t ifm_bytes =
        side(block.height, op.kernel.stride_y, op.kernel.height) * side(block.width, op.kernel.stride_x, op.kernel.width) * depth;
    const int64_t ifm_banks = round_up((ifm_bytes + 1023) / 1024 * 2, 8);
    CHECK(block.ifm2_start == 2 + ifm_banks);
    if (op.kind == OpKind::kAdd) {
        CHECK(block.ifm2_start + ifm_banks <= 46);
        return;
    }
    CHECK(block.ifm_end == 2 + ifm_banks);
    const int64_t accumulator_bytes = block.height * block.width * block.depth * 4;
    const int64_t accumulator_banks = round_up((accumulator_bytes + 1023) / 1024 * 2, 16);
    CHECK(block.accumulator_start == 46 - accumulator_banks);
}

void check_valid(const Op &op)
{
    const auto block = choose_block(op);
    REQUIRE(block);
    CHECK(block->height % 2 == 0);
    CHECK(block->width % 2 == 0);
    CHECK(block->depth % 8 == 0);
    CHECK(block->height <= 32);
    CHECK(block->width <= 64);
    CHECK(block->depth <= 128);
    CHECK(block->ifm_end > 2);
    CHECK(block->ifm_end <= block->accumulator_start);
    CHECK(block->accumulator_start <= 46);
    if (block->depth < op.ofm.extent.channels)
        CHECK(block->depth % 16 == 0);
    check_buffers(op, *block);
}

}  // namespace

TEST_CASE("every operation within the limits has a block", "[block]")
{
    for (const int64_t size : {1, 2, 7, 32, 224})
        for (const int64_t in : {1, 3, 8, 20, 512})
            for (const int64_t out : {1, 8, 20, 129})
                for (const int64_t kernel : {1, 3, 8, 64})
                    for (const int64_t stride : {1, 3})
                        check_valid(conv(size, in, out, kernel, stride));
}

TEST_CASE("pools and additions have blocks too", "[block]")
{
    for (const OpKind kind : {OpKind::kDepthwise, OpKind::kMaxPool, OpKind::kAveragePool, OpKind::kAdd})
        for (const int64_t channels : {1, 16, 33, 1000}) {
            Op op = conv(17, channels, channels, kind == OpKind::kAdd ? 1 : 4, 1);
            op.kind = kind;
            check_valid(op);
        }
}

TEST_CASE("additions keep the second input behind the first", "[block]")
{
    Op op = conv(64, 64, 64, 1, 1);
    op.kind = OpKind::kAdd;
    const auto block = choose_block(op);
    REQUIRE(block);
    const uint32_t first = block->ifm2_start - 2;
    CHECK(first > 0);
    CHECK(block->ifm2_start + first <= 46);
}

TEST_CASE("shallow inputs go part-kernel first", "[block]")
{
    CHECK(prefers_part_kernel(3, 9));
    CHECK(prefers_part_kernel(8, 1));
    CHECK(prefers_part_kernel(16, 9));
    CHECK_FALSE(prefers_part_kernel(32, 9));
    CHECK_FALSE(prefers_part_kernel(16, 1));
    CHECK_FALSE(prefers_part_kernel(64, 1));
}
