// SPDX-License-Identifier: MIT
// Tests of arena plans: nothing live overlaps, small plans, sizes beyond 64 bits, a million lives.
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

namespace {

// Lives of a net: most are short, some skip over many steps.
std::vector<Lifetime> random_lives(std::mt19937 &random, size_t count)
{
    std::vector<Lifetime> lives(count);
    for (uint32_t i = 0; i < count; ++i) {
        lives[i].size_bytes = random() % 8 == 0 ? random() % 100000 : 64 * (random() % 50);
        lives[i].first = i;
        lives[i].last = i + (random() % 5 == 0 ? random() % static_cast<uint32_t>(count) : random() % 3);
    }
    return lives;
}

}  // namespace

TEST_CASE("a plan is as small as the one that places the largest first, and no smaller than what lives at once", "[arena]")
{
    std::mt19937 random(11);
    int by_time_won = 0;
    for (int round = 0; round < 100; ++round) {
        const std::vector<Lifetime> lives = random_lives(random, 5 + random() % 200);
        const auto chosen = plan(lives, 64), by_size = plan_by_size(lives, 64, {}), by_time = plan_by_time(lives, 64, {});
        REQUIRE((chosen && by_size && by_time));
        REQUIRE(chosen->size_bytes == std::min(by_size->size_bytes, by_time->size_bytes));
        REQUIRE(chosen->size_bytes >= least_bytes(lives, 64));
        by_time_won += by_time->size_bytes < by_size->size_bytes;
    }
    CHECK(by_time_won > 0);
}

TEST_CASE("pairs that meet are counted without a look at each", "[arena]")
{
    std::mt19937 random(5);
    for (int round = 0; round < 50; ++round) {
        const std::vector<Lifetime> lives = random_lives(random, 1 + random() % 100);
        uint64_t pairs = 0;
        for (size_t a = 0; a < lives.size(); ++a)
            for (size_t b = 0; b < a; ++b)
                pairs += lives[a].first <= lives[b].last && lives[b].first <= lives[a].last;
        REQUIRE(count_pairs(lives) == pairs);
    }
}

TEST_CASE("a million lives are planned, also where all of them meet", "[arena]")
{
    constexpr uint32_t kCount = 1'000'000;
    std::vector<Lifetime> lives(kCount);
    for (uint32_t i = 0; i < kCount; ++i)
        lives[i] = {64 * (1 + i % 7u), i, kCount};
    const auto result = plan(lives, 64);
    REQUIRE(result);
    CHECK(result->size_bytes == least_bytes(lives, 64));
}

TEST_CASE("work goes on only as long as the pulse wants", "[arena]")
{
    std::mt19937 random(3);
    const std::vector<Lifetime> lives = random_lives(random, 1000);
    int pulses = 0;
    REQUIRE(plan(lives, 64, [&] { ++pulses; }));
    CHECK(pulses >= 10);
    struct Enough {
    };
    CHECK_THROWS_AS(plan(lives, 64, [] { throw Enough(); }), Enough);
}
