// SPDX-License-Identifier: MIT
// Tests of window arithmetic against every tap of small shapes.
#include "tile/tile.h"

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace accel::tile;

TEST_CASE("output length", "[tile]")
{
    CHECK(output_length(8, {3, 1, 1}, {1, 1}) == 8);
    CHECK(output_length(8, {3, 2, 1}, {0, 1}) == 4);
    CHECK(output_length(8, {3, 2, 2}, {0, 0}) == 2);
    CHECK(output_length(3, {3, 1, 1}, {0, 0}) == 1);
    CHECK_FALSE(output_length(2, {3, 1, 1}, {0, 0}));
    CHECK_FALSE(output_length(2, {1, 0, 1}, {0, 0}));
    CHECK_FALSE(output_length(2, {1, 1, 1}, {-1, 0}));
}

TEST_CASE("same padding keeps ceil(input / stride) outputs", "[tile]")
{
    for (int64_t input = 1; input < 40; ++input)
        for (int64_t kernel = 1; kernel < 8; ++kernel)
            for (int64_t stride = 1; stride < 4; ++stride) {
                const Window window{kernel, stride, 1};
                const Padding padding = same_padding(input, window);
                REQUIRE(padding.after - padding.before >= 0);
                REQUIRE(padding.after - padding.before <= 1);
                REQUIRE(output_length(input, window, padding) == (input + stride - 1) / stride);
            }
}

// Exhaustive over small shapes: the halo is the set of in-range taps, and the
// padding is how far the out-of-range taps reach.
TEST_CASE("halo equals the taps that are touched", "[tile]")
{
    for (int64_t input = 1; input < 9; ++input)
        for (int64_t kernel = 1; kernel < 4; ++kernel)
            for (int64_t stride = 1; stride < 4; ++stride)
                for (int64_t dilation = 1; dilation < 3; ++dilation)
                    for (int64_t before = 0; before < kernel; ++before)
                        for (int64_t begin = 0; begin < 3; ++begin) {
                            const Window window{kernel, stride, dilation};
                            const Halo found = halo(input, {begin, begin + 2}, window, before);
                            int64_t low = begin * stride - before;
                            int64_t high = (begin + 1) * stride - before + window.extent() - 1;
                            REQUIRE(found.padding.before == (low < 0 ? -low : 0));
                            REQUIRE(found.padding.after == (high >= input ? high - input + 1 : 0));
                            std::set<int64_t> inside;
                            for (int64_t at = low; at <= high; ++at)
                                if (at >= 0 && at < input)
                                    inside.insert(at);
                            REQUIRE(found.input.length() == static_cast<int64_t>(inside.size()));
                            if (!inside.empty())
                                REQUIRE(found.input.begin == *inside.begin());
                        }
}

TEST_CASE("padding that no output reaches is not touched", "[tile]")
{
    // 5 inputs, kernel 2, stride 2: two outputs end at 4, so one pad after is idle.
    CHECK(touched_padding(5, 2, {2, 2, 1}, 0) == Padding{0, 0});
    CHECK(touched_padding(5, 3, {2, 2, 1}, 0) == Padding{0, 1});
    CHECK(touched_padding(8, 8, {3, 1, 1}, 1) == Padding{1, 1});
}
