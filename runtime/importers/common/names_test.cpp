// SPDX-License-Identifier: MIT
// Tests of names, many and taken ones.
#include "names.h"

#include <catch2/catch_test_macros.hpp>

#include <deque>
#include <string>

using accel::importer::Names;

TEST_CASE("names lead to their numbers, however many there are", "[names]")
{
    constexpr uint32_t kCount = 20'000;
    for (const size_t expected : {size_t{0}, size_t{kCount}}) {
        std::deque<std::string> kept;
        Names names;
        CHECK(names.find("t0") == Names::kNone);
        names.reserve(expected);
        for (uint32_t i = 0; i < kCount; ++i) {
            REQUIRE(names.add(kept.emplace_back("t" + std::to_string(i)), 2 * i));
        }
        CHECK(names.size() == kCount);
        for (uint32_t i = 0; i < kCount; ++i) {
            REQUIRE(names.find("t" + std::to_string(i)) == 2 * i);
        }
        CHECK(names.find("t" + std::to_string(kCount)) == Names::kNone);
        CHECK(names.find("") == Names::kNone);
    }
}

TEST_CASE("a name that is taken stays with its number", "[names]")
{
    Names names;
    CHECK(names.add("a", 1));
    CHECK(names.add("", 2));
    CHECK_FALSE(names.add("a", 3));
    CHECK(names.find("a") == 1);
    CHECK(names.find("") == 2);
    CHECK(names.size() == 2);
}
