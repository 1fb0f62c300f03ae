// SPDX-License-Identifier: MIT
// Tests of feature-map layouts: strides, sizes that are refused, a place of its own for each element.
#include "layout/layout.h"

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace accel::layout;

TEST_CASE("strides of the two layouts", "[layout]")
{
    const Extent extent{4, 5, 20};
    CHECK(strides(kNhwc, extent, 1) == Strides{100, 20, 1});
    CHECK(strides(kNhwc, extent, 4) == Strides{400, 80, 4});
    CHECK(strides(kNhcwb16, extent, 1) == Strides{160, 16, 80});
    CHECK(size_bytes(kNhwc, extent, 1) == 400);
    CHECK(size_bytes(kNhcwb16, extent, 1) == 640);
}

TEST_CASE("sizes refuse nonsense and overflow", "[layout]")
{
    CHECK_FALSE(size_bytes(kNhwc, {0, 1, 1}, 1));
    CHECK_FALSE(size_bytes(kNhwc, {1, -1, 1}, 1));
    CHECK_FALSE(size_bytes(kNhwc, {INT64_MAX, 2, 1}, 1));
    CHECK_FALSE(size_bytes(kNhcwb16, {1, 1, INT64_MAX}, 1));
}

TEST_CASE("every element has its own place inside the size", "[layout]")
{
    for (const Layout &layout : {kNhwc, kNhcwb16})
        for (const int64_t channels : {1, 15, 16, 17, 33}) {
            const Extent extent{3, 4, channels};
            const Strides step = strides(layout, extent, 2);
            std::set<int64_t> seen;
            for (int64_t y = 0; y < extent.height; ++y)
                for (int64_t x = 0; x < extent.width; ++x)
                    for (int64_t c = 0; c < channels; ++c)
                        seen.insert(offset_bytes(layout, step, 2, y, x, c));
            REQUIRE(static_cast<int64_t>(seen.size()) == extent.elements());
            REQUIRE(*seen.begin() == 0);
            REQUIRE(*seen.rbegin() < *size_bytes(layout, extent, 2));
        }
}
