// SPDX-License-Identifier: MIT
// Tests of what a mistyped word may have meant.
#include "nearest.h"

#include <catch2/catch_test_macros.hpp>

using namespace accel::tool;

TEST_CASE("a word with few mistakes is recognised, and no other")
{
    const std::vector<std::string> words{"bench", "inspect", "trace", "run"};
    CHECK(nearest("benhc", words) == "bench");
    CHECK(nearest("inpsect", words) == "inspect");
    CHECK(nearest("trac", words) == "trace");
    CHECK(nearest("runs", words) == "run");
    CHECK(nearest("frobnicate", words).empty());
    CHECK(nearest("rxy", words).empty());
    CHECK(nearest("", words).empty());
    CHECK(perhaps("benhc", words) == ", perhaps 'bench' is meant");
    CHECK(perhaps("zzz", words).empty());
}
