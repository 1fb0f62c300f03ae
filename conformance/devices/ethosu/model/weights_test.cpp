// SPDX-License-Identifier: MIT
// Tests of weight streams and of the order of weights.
#include <set>

#include <catch2/catch_test_macros.hpp>

#include "fault.h"
#include "weight_stream.h"
#include "weights.h"

namespace accel::devices::ethosu {
namespace {

TEST_CASE("an uncompressed slice decodes", "[ethosu][weights]")
{
    // The vector of Arm's reference decoder for 1, -2, 0, 3.
    std::vector<uint8_t> stream{0x1e, 0x00, 0x5c, 0x00, 0xa2, 0xc2};
    stream.resize(16, 0xff);
    CHECK(decode_weight_stream(stream.data(), stream.size(), 4) == std::vector<int16_t>{1, -2, 0, 3});
    CHECK_THROWS_AS(decode_weight_stream(stream.data(), stream.size(), 3), Fault);
    CHECK_THROWS_AS(decode_weight_stream(stream.data(), 5, 4), Fault);
}

TEST_CASE("malformed weight streams are refused", "[ethosu][weights]")
{
    const std::vector<uint8_t> bad_divisor{0x04, 0, 0, 0};
    CHECK_THROWS_AS(decode_weight_stream(bad_divisor.data(), bad_divisor.size(), 100), Fault);
    const std::vector<uint8_t> no_palette{0x06, 0, 0, 0, 0, 0, 0, 0};
    CHECK_THROWS_AS(decode_weight_stream(no_palette.data(), no_palette.size(), 100), Fault);
    CHECK(decode_weight_stream(nullptr, 0, 100).empty());
}

TEST_CASE("the weight order visits each weight once", "[ethosu][weights]")
{
    for (const bool depthwise : {false, true}) {
        for (const bool part_kernel : {false, true}) {
            if (depthwise && part_kernel) continue;
            Kernel kernel;
            kernel.height = 9;
            kernel.width = 3;
            kernel.part_kernel_first = part_kernel;
            const WeightShape shape{21, depthwise ? 1u : 37u, 16, depthwise, false};
            const auto order = weight_stream_order(shape, kernel);
            std::multiset<int64_t> seen;
            for (const int64_t position : order) {
                if (position >= 0) seen.insert(position);
            }
            const size_t weights = size_t{shape.ofm_depth} * shape.ifm_depth * kernel.height * kernel.width;
            REQUIRE(seen.size() == weights);
            REQUIRE(std::set<int64_t>(seen.begin(), seen.end()).size() == weights);
            REQUIRE(*seen.rbegin() == static_cast<int64_t>(weights) - 1);
        }
    }
}

TEST_CASE("depth first order feeds eight channels in and out", "[ethosu][weights]")
{
    const WeightShape shape{8, 16, 8, false, false};
    const auto order = weight_stream_order(shape, Kernel{});
    REQUIRE(order.size() == 8 * 32);
    CHECK(order[0] == 0);
    CHECK(order[1] == 1);
    CHECK(order[8] == 16);
    CHECK(order[64] == 8);
    CHECK(order[128] == -1);
}

}  // namespace
}  // namespace accel::devices::ethosu
