// SPDX-License-Identifier: MIT
// Tests of lists: makers, canonical forms, equal places, other sizes.
#include <catch2/catch_test_macros.hpp>

#include "test_lists.h"

using namespace accel::layouts;
using accel::layouts::test::Random;

namespace {

const std::vector<int64_t> kImage{1, 64, 56, 56};

Layout nc1hwc2(const std::vector<int64_t> &sizes, int64_t block = 16) { return *blocked(ACCEL_TYPE_U8, sizes, std::vector<uint32_t>{0, 1, 2, 3}, 1, block); }

}  // namespace

TEST_CASE("the table of the header", "[layouts]")
{
    CHECK(text(*dense(ACCEL_TYPE_U8, kImage)) == "1:64@3136 2:56@56 3:56@1");
    CHECK(text(nc1hwc2(kImage)) == "1:4@50176 2:56@896 3:56@16 1:16@1");
    CHECK(text(*blocked(ACCEL_TYPE_U8, kImage, std::vector<uint32_t>{0, 2, 1, 3}, 1, 16)) == "2:56@3584 1:4@896 3:56@16 1:16@1");
    CHECK(text(*strided(ACCEL_TYPE_U8, kImage, std::vector<int64_t>{0, 1, 56 * 64, 64})) == "2:56@3584 3:56@64 1:64@1");
    CHECK(text(*dense(ACCEL_TYPE_I4, std::vector<int64_t>{3, 5})) == "0:3@20b 1:5@4b");
    CHECK(dense(ACCEL_TYPE_I4, std::vector<int64_t>{3, 5})->size_bytes == 8);
    CHECK(text(*dense(ACCEL_TYPE_F32, std::vector<int64_t>{1, 1})) == "one element");
    const std::vector<int64_t> index{0, 35, 2, 3};
    CHECK(offset_bits(nc1hwc2(kImage), index) == 8 * (2 * 50176 + 2 * 896 + 3 * 16 + 3));
}

TEST_CASE("makers refuse what has no size", "[layouts]")
{
    CHECK_FALSE(dense(ACCEL_TYPE_F32, std::vector<int64_t>{INT64_MAX, 2}));
    CHECK_FALSE(dense(ACCEL_TYPE_F32, std::vector<int64_t>{int64_t{1} << 60}));
    CHECK_FALSE(dense(ACCEL_TYPE_F32, std::vector<int64_t>{-1}));
    CHECK_FALSE(dense(99, std::vector<int64_t>{1}));
    CHECK_FALSE(strided(ACCEL_TYPE_U8, std::vector<int64_t>{2, 2}, std::vector<int64_t>{1, 1}));
    CHECK_FALSE(strided(ACCEL_TYPE_U8, std::vector<int64_t>{2}, std::vector<int64_t>{INT64_MAX}));
    CHECK_FALSE(strided(ACCEL_TYPE_U8, std::vector<int64_t>{2}, std::vector<int64_t>{0}));
    CHECK_FALSE(blocked(ACCEL_TYPE_U8, std::vector<int64_t>{INT64_MAX, 16}, std::vector<uint32_t>{0, 1}, 1, 16));
    CHECK(dense(ACCEL_TYPE_F32, std::vector<int64_t>{0, INT64_MAX})->size_bytes == 0);
}

TEST_CASE("canonical forms are equal whatever the order and the cuts", "[layouts]")
{
    Layout whole = *dense(ACCEL_TYPE_U8, kImage);
    Layout cut = whole;
    cut.steps = {{0, 0, 1, 77}, {3, 0, 7, 64}, {3, 0, 8, 8}, {1, 0, 64, 8 * 3136}, {2, 0, 56, 8 * 56}};
    CHECK(equal(whole, cut));
    cut.steps[2].extent = 4;
    CHECK_FALSE(equal(whole, cut));
    // Where sizes are made anew from the order, the order counts.
    whole.sizing = cut.sizing = ACCEL_LAYOUT_SIZING_PACKED;
    cut.steps = {whole.steps[1], whole.steps[0], whole.steps[2]};
    CHECK_FALSE(equal(whole, cut));
}

TEST_CASE("steps of a tensor without elements may be any, and are compared as they are", "[layouts]")
{
    const std::vector<int64_t> none{0};
    constexpr int64_t kThird = 6148914691236517208;  // three of them are 8 beyond what 64 bits hold
    Layout apart = *dense(ACCEL_TYPE_U8, none), together = apart;
    apart.steps = {{0, 0, 5, 8}, {0, 0, 3, kThird}};
    together.steps = {{0, 0, 15, kThird}};
    for (const Layout &layout : {apart, together}) {
        const accel_layout shown = layout.view();
        REQUIRE(broken_rule(shown, ACCEL_TYPE_U8, none).empty());
    }
    CHECK_FALSE(equal(apart, together));
    apart.steps = {{0, 0, int64_t{1} << 62, 32}, {0, 0, 4, 8}};
    CHECK(canonical(apart).size() == 2);
}

TEST_CASE("elements at the same places agree, padding or not", "[layouts]")
{
    const std::vector<int64_t> sixteen{1, 16, 7, 5}, three{1, 3, 7, 5};
    const Layout nhwc = *strided(ACCEL_TYPE_U8, sixteen, std::vector<int64_t>{0, 1, 80, 16});
    CHECK(same_places(nhwc, nc1hwc2(sixteen), sixteen));
    CHECK(agree(nhwc, nc1hwc2(sixteen), sixteen));
    // Three channels of sixteen: the same places, and places without an element.
    const Layout wide = *strided(ACCEL_TYPE_U8, three, std::vector<int64_t>{0, 1, 80, 16});
    Layout padded = nc1hwc2(three);
    CHECK(has_padding(padded, three));
    CHECK_FALSE(has_padding(wide, three));
    CHECK(agree(wide, padded, three));
    padded.padding = ACCEL_PADDING_ZERO_BITS;
    CHECK(same_places(wide, padded, three));
    CHECK_FALSE(agree(wide, padded, three));
    CHECK(agree(padded, padded, three));
    Layout real = padded;
    real.padding = ACCEL_PADDING_REAL_ZERO;
    CHECK_FALSE(agree(padded, real, three));
    Layout moved = wide;
    moved.type = ACCEL_TYPE_I8;
    CHECK_FALSE(agree(wide, moved, three));
    CHECK_FALSE(same_places(*dense(ACCEL_TYPE_U8, three), padded, three));
}

TEST_CASE("places agree exactly where every element has the same address", "[layouts]")
{
    Random random(7);
    int same = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::vector<int64_t> sizes = random.sizes();
        const Layout a = random.layout(ACCEL_TYPE_F16, sizes), b = i % 3 ? random.layout(ACCEL_TYPE_F16, sizes) : *dense(ACCEL_TYPE_F16, sizes);
        bool equal_addresses = true;
        accel::layouts::test::for_each_index(sizes, [&](const std::vector<int64_t> &index) { equal_addresses = equal_addresses && offset_bits(a, index) == offset_bits(b, index); });
        INFO(text(a) << " and " << text(b));
        REQUIRE(same_places(a, b, sizes) == equal_addresses);
        same += equal_addresses;
    }
    CHECK(same > 50);
}

TEST_CASE("sizes of a run", "[layouts]")
{
    Layout layout = nc1hwc2(kImage);
    CHECK(equal(*resized(layout, std::vector<int64_t>{1, 20, 9, 11}), layout));
    layout.sizing = ACCEL_LAYOUT_SIZING_PACKED;
    layout.size_bytes += 31;
    const Layout smaller = *resized(layout, std::vector<int64_t>{1, 20, 9, 11});
    CHECK(text(smaller) == "1:2@1584 2:9@176 3:11@16 1:16@1");
    CHECK(smaller.size_bytes == 2 * 1584 + 31);
    CHECK_FALSE(resized(layout, std::vector<int64_t>{2, 20, 9, 11}));  // no step for that axis
    CHECK_FALSE(resized(layout, std::vector<int64_t>{1, INT64_MAX, INT64_MAX, 11}));
}

TEST_CASE("strides of a list for those who know strides", "[layouts]")
{
    int64_t strides[4] = {};
    const Layout plain = *dense(ACCEL_TYPE_U8, kImage), block = nc1hwc2(kImage), nibbles = *dense(ACCEL_TYPE_I4, std::vector<int64_t>{3, 5});
    const accel_layout shown = plain.view();
    REQUIRE(accel_layout_strides(&shown, 4, strides));
    CHECK(strides[0] == 0);
    CHECK(strides[1] == 3136);
    CHECK(strides[3] == 1);
    for (const Layout &other : {block, nibbles}) {
        const accel_layout hidden = other.view();
        CHECK_FALSE(accel_layout_strides(&hidden, 4, strides));
    }
}
