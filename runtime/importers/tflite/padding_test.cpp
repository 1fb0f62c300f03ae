// SPDX-License-Identifier: MIT
// SAME and VALID as numbers of elements.
#include "padding.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::tflite;
using schema::Padding;

namespace {

void check(const Positions &got, int64_t count, int64_t before, int64_t behind)
{
    CHECK(got.count == count);
    CHECK(got.before == before);
    CHECK(got.behind == behind);
}

}  // namespace

TEST_CASE("a window stands once for each stride begun, the odd pad behind", "[tflite][padding]")
{
    check(slide({3, 1, 1}, Padding::SAME, 7), 7, 1, 1);
    check(slide({3, 2, 1}, Padding::SAME, 7), 4, 1, 1);
    check(slide({3, 2, 1}, Padding::SAME, 6), 3, 0, 1);
    check(slide({3, 1, 2}, Padding::SAME, 7), 7, 2, 2);
    check(slide({1, 3, 1}, Padding::SAME, 7), 3, 0, 0);  // more is stepped over than the window has
    check(slide({3, 2, 1}, Padding::VALID, 7), 3, 0, 0);
    CHECK(slide({8, 1, 1}, Padding::VALID, 7).count == 0);
    CHECK(slide({3, 1, 1}, Padding::SAME, 0).count == 0);
}

TEST_CASE("what a transposed convolution makes is cut to the size that is asked for", "[tflite][padding]")
{
    check(slide_back({3, 2, 1}, Padding::SAME, 4, 8), 4, 0, 1);
    check(slide_back({3, 2, 1}, Padding::VALID, 4, 9), 4, 0, 0);
    check(slide_back({3, 2, 1}, Padding::VALID, 4, 10), 4, 0, -1);
    check(slide_back({4, 2, 1}, Padding::SAME, 4, 8), 4, 1, 1);
}
