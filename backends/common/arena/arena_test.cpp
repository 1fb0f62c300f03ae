// SPDX-License-Identifier: MIT
#include "arena/arena.h"

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace accel::arena;

TEST_CASE("a chain needs two neighbours at a time", "[arena]")
{
    const Lifetime chain[] = {{64, 0, 1}, {64, 1, 2}, {64, 2, 3}, {64, 3, 4}};
    const auto result = plan(chain, 16);
    REQUIRE(result);
    CHECK(result->size_bytes == 128);
    CHECK(result->offsets[0] == result->offsets[2]);
}

TEST_CASE("offsets are aligned and nothing live overlaps", "[arena]")
{
    std::mt19937 random(7);
    for (int round = 0; round < 200; ++round) {
        std::vector<Lifetime> lifetimes(1 + random() % 20);
        for (Lifetime &life : lifetimes) {
            life.size_bytes = 1 + random() % 200;
            life.first = random() % 10;
            life.last = life.first + random() % 5;
        }
        const auto result = plan(lifetimes, 16);
        REQUIRE(result);
        for (size_t a = 0; a < lifetimes.size(); ++a) {
            REQUIRE(result->offsets[a] % 16 == 0);
            REQUIRE(result->offsets[a] + lifetimes[a].size_bytes <= result->size_bytes);
            for (size_t b = 0; b < a; ++b) {
                const bool apart_in_time = lifetimes[a].last < lifetimes[b].first || lifetimes[b].last < lifetimes[a].first;
                const bool apart_in_space = result->offsets[a] + lifetimes[a].size_bytes <= result->offsets[b] ||
                                            result->offsets[b] + lifetimes[b].size_bytes <= result->offsets[a];
                const bool ok = apart_in_time || apart_in_space;
                REQUIRE(ok);
            }
        }
    }
}

TEST_CASE("sizes that leave 64 bits have no plan", "[arena]")
{
    const Lifetime huge[] = {{UINT64_MAX - 4, 0, 1}, {UINT64_MAX - 4, 0, 1}};
    CHECK_FALSE(plan(huge, 16));
}
