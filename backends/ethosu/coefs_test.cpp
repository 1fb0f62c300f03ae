// SPDX-License-Identifier: MIT
// Tests of the order of weights against recorded ones, and of scale records byte by byte.
#include "coefs.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace accel::ethosu;

namespace {

struct Case {
    int64_t out, height, width, in;
    WeightOrder order;
    size_t count;
    uint32_t hash;  // FNV-1a over the ordered weights as 16-bit little endian
};

// OHWI weights with a value that depends on every index.
std::vector<uint8_t> pattern(const Case &c)
{
    std::vector<uint8_t> data(static_cast<size_t>(c.out * c.height * c.width * c.in));
    for (size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<uint8_t>((i * 37 + i / 251 * 11) % 255 - 127);
    return data;
}

WeightView ohwi(const Case &c, const std::vector<uint8_t> &data)
{
    WeightView view;
    view.data = data.data();
    view.out = c.out;
    view.height = c.height;
    view.width = c.width;
    view.in = c.in;
    view.stride_in = 1;
    view.stride_x = c.in;
    view.stride_y = c.in * c.width;
    view.stride_out = c.in * c.width * c.height;
    return view;
}

uint32_t fnv(const std::vector<int16_t> &values)
{
    uint32_t hash = 2166136261u;
    for (const int16_t value : values)
        for (const uint32_t byte : {static_cast<uint32_t>(value) & 0xff, static_cast<uint32_t>(value) >> 8 & 0xff})
            hash = (hash ^ byte) * 16777619u;
    return hash;
}

// Count and hash are those of Vela's own encoder followed by its decoder, for the
// same weights, block depth and traversal on the U65-256.
const Case kCases[] = {
#include "coefs_golden.inc"
};

}  // namespace

TEST_CASE("weight order equals the reference encoder's", "[coefs]")
{
    for (const Case &c : kCases) {
        const auto data = pattern(c);
        const auto ordered = order_weights(ohwi(c, data), c.order);
        CAPTURE(c.out, c.height, c.width, c.in, c.order.block_depth);
        CHECK(ordered.size() == c.count);
        CHECK(fnv(ordered) == c.hash);
    }
}

TEST_CASE("source layout and zero points do not change what is meant", "[coefs]")
{
    const uint8_t ohwi_bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};  // 2 out, 1x2, 2 in
    const uint8_t oihw_bytes[] = {1, 3, 2, 4, 5, 7, 6, 8};
    const std::vector<int32_t> zero_points{1, 2};
    WeightView a{ohwi_bytes, false, 2, 1, 2, 2, 4, 4, 2, 1, zero_points};
    WeightView b{oihw_bytes, false, 2, 1, 2, 2, 4, 2, 1, 2, zero_points};
    const WeightOrder order{8, false, true, 1, 1};
    CHECK(order_weights(a, order) == order_weights(b, order));
    CHECK(a.at(0, 0, 0, 0) == 0);
    CHECK(a.at(1, 0, 1, 1) == 6);
    CHECK(largest_weight_sum(a) == 3 + 4 + 5 + 6);
}

TEST_CASE("signed weights are sign extended", "[coefs]")
{
    const uint8_t bytes[] = {0x80, 0xff};
    WeightView view{bytes, true, 2, 1, 1, 1, 1, 1, 1, 1, {}};
    CHECK(view.at(0, 0, 0, 0) == -128);
    CHECK(view.at(1, 0, 0, 0) == -1);
}

TEST_CASE("scale records are ten bytes, padded to sixteen", "[coefs]")
{
    const ScaleRecord records[] = {{-2, {0x12345678, 40}}, {0x7fffffff, {1u << 30, 31}}};
    const auto bytes = pack_scales(records);
    const std::vector<uint8_t> expected = {0xfe, 0xff, 0xff, 0xff, 0xff, 0x78, 0x56, 0x34, 0x12, 40,
                                           0xff, 0xff, 0xff, 0x7f, 0x00, 0x00, 0x00, 0x00, 0x40, 31};
    REQUIRE(bytes.size() == 32);
    CHECK(std::equal(expected.begin(), expected.end(), bytes.begin()));
}
