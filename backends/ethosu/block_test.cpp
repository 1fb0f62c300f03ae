// SPDX-License-Identifier: MIT
#include "block.h"

#include <catch2/catch_test_macros.hpp>

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
}

} // namespace

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
    for (const OpKind kind : {OpKind::kDepthwise, OpKind::kMaxPool, OpKind::kAveragePool,
                              OpKind::kAdd})
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
