// SPDX-License-Identifier: MIT
// Tests of other sizes of pictures.
#include "picture.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::tool;
using Pixels = std::vector<uint8_t>;

namespace {

Picture grey(uint32_t width, uint32_t height, Pixels pixels) { return {width, height, 1, std::move(pixels)}; }

}  // namespace

TEST_CASE("a picture of one colour keeps it in every size")
{
    const Picture picture{5, 3, 3, Pixels(45, 77)};
    for (const PictureSize size : {PictureSize{1, 1}, PictureSize{10, 4}, PictureSize{3, 9}, PictureSize{5, 3}}) {
        const Picture other = resized(picture, size, Resize::Stretch);
        CHECK(other.width == size.width);
        CHECK(other.height == size.height);
        CHECK(other.pixels == Pixels(size_t{size.width} * size.height * 3, 77));
    }
}

TEST_CASE("a larger picture is linear between pixels, and keeps its ends")
{
    CHECK(resized(grey(2, 1, {0, 100}), {4, 1}, Resize::Stretch).pixels == Pixels{0, 25, 75, 100});
    CHECK(resized(grey(1, 2, {0, 100}), {1, 4}, Resize::Stretch).pixels == Pixels{0, 25, 75, 100});
    CHECK(resized(grey(2, 2, {1, 2, 3, 4}), {2, 2}, Resize::Stretch).pixels == Pixels{1, 2, 3, 4});
}

TEST_CASE("a smaller picture has the mean of what falls together: no pixel is passed over")
{
    Pixels stripes;
    for (int index = 0; index < 64; ++index) stripes.push_back(index % 2 ? 200 : 0);
    for (const uint8_t pixel : resized(grey(64, 1, stripes), {8, 1}, Resize::Stretch).pixels) {
        CHECK(pixel > 85);
        CHECK(pixel < 115);
    }
}

TEST_CASE("fit shows the whole picture with black beside it, fill its middle")
{
    const Picture wide = grey(4, 2, {10, 20, 30, 40, 10, 20, 30, 40});
    CHECK(resized(wide, {4, 4}, Resize::Fit).pixels == Pixels{0, 0, 0, 0, 10, 20, 30, 40, 10, 20, 30, 40, 0, 0, 0, 0});
    CHECK(resized(wide, {2, 2}, Resize::Fill).pixels == Pixels{20, 30, 20, 30});
}

TEST_CASE("the ending tells a picture")
{
    for (const char *name : {"a.png", "a.jpg", "a.jpeg", "A.JPG"}) CHECK(is_picture(name));
    for (const char *name : {"a.npy", "png", "a.png.npy"}) CHECK_FALSE(is_picture(name));
}
