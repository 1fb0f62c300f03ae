// SPDX-License-Identifier: MIT
// Tests that lists which break a rule are refused, and that those let pass keep elements apart.
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>

#include <accel/layouts/layout.h>

using namespace accel::layouts;

namespace {

const std::vector<int64_t> kSizes{2, 20};

/// Good until something is changed.
struct Fixture {
    std::vector<accel_layout_step> steps{{0, 0, 2, 8 * 32}, {1, 0, 2, 8 * 16}, {1, 0, 16, 8}};
    accel_layout layout{sizeof(accel_layout), ACCEL_LAYOUT_KIND_STEPS, ACCEL_TYPE_U8, 0, 0, nullptr, 3, 0, 64};
    std::string wrong(uint32_t type = ACCEL_TYPE_U8)
    {
        layout.steps = steps.data();
        return broken_rule(layout, type, kSizes);
    }
    bool says(const char *part) { return wrong().find(part) != std::string::npos; }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a list that keeps the rule", "[layouts]")
{
    CHECK(wrong() == "");
    layout.size_bytes = 1000;
    CHECK(wrong() == "");
    layout.type = ACCEL_TYPE_I8;
    CHECK(wrong() == "");
}

TEST_CASE_METHOD(Fixture, "heads that are wrong", "[layouts]")
{
    SECTION("kind")
    {
        layout.kind = 2;
        CHECK(says("is of kind 2"));
    }
    SECTION("steps")
    {
        layout.step_count = 33;
        CHECK(says("33 steps; 32 are the most"));
    }
    SECTION("NULL")
    {
        layout.steps = nullptr;
        CHECK(broken_rule(layout, ACCEL_TYPE_U8, kSizes).find("3 steps at NULL") != std::string::npos);
    }
    SECTION("type")
    {
        layout.type = ACCEL_TYPE_F16;
        CHECK(says("cannot lie"));
    }
    SECTION("padding")
    {
        layout.padding = 4;
        CHECK(says("padding 4"));
    }
    SECTION("sizing")
    {
        layout.sizing = 2;
        CHECK(says("sizing 2"));
    }
    SECTION("reserved")
    {
        layout.reserved = 1;
        CHECK(says("reserved 1"));
    }
    SECTION("strings are in no memory")
    {
        layout.type = ACCEL_TYPE_STRING;
        CHECK(wrong(ACCEL_TYPE_STRING) != "");
    }
}

TEST_CASE_METHOD(Fixture, "steps that are wrong", "[layouts]")
{
    SECTION("axis")
    {
        steps[1].axis = 2;
        CHECK(says("number 1, that names axis 2 of a tensor of rank 2"));
    }
    SECTION("reserved")
    {
        steps[0].reserved = 5;
        CHECK(says("reserved 5"));
    }
    SECTION("extent")
    {
        steps[0].extent = 0;
        CHECK(says("extent 0"));
    }
    SECTION("distance")
    {
        steps[2].stride_bits = -8;
        CHECK(says("-8 bits"));
    }
    SECTION("whole bytes")
    {
        steps[2].stride_bits = 12;
        CHECK(says("12 bits, which is no number of bytes"));
    }
    SECTION("too few places")
    {
        steps[1].extent = 1;
        CHECK(says("fewer than the 20 values of axis 1"));
    }
    SECTION("no step")
    {
        layout.step_count = 2;
        steps[0] = {1, 0, 20, 8};
        CHECK(says("values of axis 0"));
    }
    SECTION("meeting")
    {
        steps[0].stride_bits = 8 * 24;
        CHECK(says("places that meet"));
    }
    SECTION("a size that is too small")
    {
        layout.size_bytes = 63;
        CHECK(says("reaches 64 bytes, and has a size of 63"));
    }
    SECTION("a size that is too large")
    {
        layout.size_bytes = UINT64_MAX;
        CHECK(says("more than 2^56"));
    }
}

TEST_CASE_METHOD(Fixture, "products beyond 64 bits", "[layouts]")
{
    layout.size_bytes = kSizeBytesMax;
    SECTION("of a distance and an extent")
    {
        steps[0].stride_bits = INT64_MAX / 8 * 8;
        CHECK(says("further than 2^56"));
    }
    SECTION("of extents")
    {
        steps = {{1, 0, int64_t{1} << 62, 16}, {1, 0, int64_t{1} << 62, 8}, {0, 0, 2, 8}};
        CHECK(says("places that meet"));
    }
    SECTION("of a sum")
    {
        steps[0] = {0, 0, INT64_MAX, 8 * 32};
        CHECK(says("further than 2^56"));
    }
}

TEST_CASE("hostile lists that are let pass keep elements apart, and inside", "[layouts]")
{
    std::mt19937 random(11);
    const auto number = [&]() -> int64_t {
        switch (random() % 6) {
        case 0: return INT64_MAX - static_cast<int64_t>(random() % 3);
        case 1: return -static_cast<int64_t>(random() % 3);
        default: return static_cast<int64_t>(random() % 40);
        }
    };
    int passed = 0;
    for (int i = 0; i < 200000; ++i) {
        const std::vector<int64_t> sizes{static_cast<int64_t>(random() % 4), static_cast<int64_t>(random() % 5)};
        std::vector<accel_layout_step> steps(random() % 4);
        for (auto &step : steps) step = {static_cast<uint32_t>(random() % 3), 0, number(), number()};
        const accel_layout layout{sizeof layout, 1, random() % 2 ? ACCEL_TYPE_U4 : ACCEL_TYPE_U8, 0, 0, steps.data(), static_cast<uint32_t>(steps.size()), 0, random() % 64};
        if (!broken_rule(layout, ACCEL_TYPE_U4, sizes).empty() || sizes[0] * sizes[1] == 0) continue;
        ++passed;
        const Layout mine = copy_of(layout);
        const int64_t width = accel_type_bits(layout.type);
        std::vector<int64_t> places;
        for (int64_t x = 0; x < sizes[0]; ++x)
            for (int64_t y = 0; y < sizes[1]; ++y) places.push_back(offset_bits(mine, std::vector<int64_t>{x, y}));
        std::sort(places.begin(), places.end());
        REQUIRE(places.front() >= 0);
        REQUIRE(std::adjacent_find(places.begin(), places.end(), [&](int64_t a, int64_t b) { return b - a < width; }) == places.end());
        REQUIRE(places.back() + width <= static_cast<int64_t>(layout.size_bytes) * 8);
    }
    CHECK(passed > 1000);
}
