// SPDX-License-Identifier: MIT
// Tests of cuts against positions that are listed one by one.
#include <accel/graph/cuts.h>

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace accel::graph;
using Ints = std::vector<int64_t>;

namespace {

std::optional<std::vector<Cut>> taken(const Ints &sizes, const Ints &starts, const Ints &ends, const std::optional<Ints> &axes = {}, const std::optional<Ints> &steps = {},
                                      std::string *why = nullptr)
{
    Bounds bounds{starts, ends, {}, {}};
    if (axes) bounds.axes = *axes;
    if (steps) bounds.steps = *steps;
    return cuts(sizes, bounds, why);
}

/// Which positions of an axis ONNX's Slice takes, one by one.
Ints positions(int64_t size, int64_t start, int64_t end, int64_t step)
{
    const auto place = [&](int64_t given, int64_t low, int64_t high) { return std::min(std::max(given < 0 ? given + size : given, low), high); };
    Ints out;
    if (step > 0)
        for (int64_t at = place(start, 0, size), last = place(end, 0, size); at < last; at += step) out.push_back(at);
    else
        for (int64_t at = place(start, 0, size - 1), last = place(end, -1, size - 1); at > last; at += step) out.push_back(at);
    return out;
}

Ints positions(const Cut &cut)
{
    Ints out;
    for (int64_t i = 0; i < cut.count; ++i) out.push_back(cut.start + i * cut.step);
    return out;
}

}  // namespace

TEST_CASE("bounds count from both ends, reach beyond them, and come in any order of axes", "[cuts]")
{
    CHECK(*taken({8, 9}, {3, -6}, {-4, 100}, Ints{1, -2}, Ints{2, 1}) == std::vector<Cut>{{0, 2, 8, 1, 6}, {1, 3, 5, 2, 1}});
    CHECK(*taken({8}, {100}, {INT64_MIN}, {}, Ints{-3}) == std::vector<Cut>{{0, 7, -9, -3, 3}});
    CHECK(*taken({-1, 4}, {1}, {2}) == std::vector<Cut>{{0, 0, 0, 1, -1}});
    CHECK(taken({8}, {}, {})->empty());
}

TEST_CASE("what a cut takes is what ONNX takes, and said again it is the same", "[cuts]")
{
    std::mt19937 random(7);
    const auto draw = [&](int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random); };
    for (int round = 0; round < 20000; ++round) {
        const int64_t size = draw(0, 6), start = draw(-9, 9), end = draw(-9, 9);
        int64_t step = draw(-4, 3);
        if (step >= 0) ++step;
        INFO(size << ": " << start << " to " << end << " by " << step);
        const Cut cut = taken({size}, {start}, {end}, {}, Ints{step})->front();
        REQUIRE(positions(cut) == (size == 0 ? Ints{} : positions(size, start, end, step)));
        REQUIRE(taken({size}, {cut.start}, {cut.end}, Ints{cut.axis}, Ints{cut.step})->front() == cut);
    }
}

TEST_CASE("bounds that contradict each other", "[cuts]")
{
    std::string why;
    CHECK_FALSE(taken({4}, {0, 0}, {1}, {}, {}, &why));
    CHECK(why == "starts, ends, axes and steps have different numbers of values");
    CHECK_FALSE(taken({4}, {0}, {1}, Ints{0, 1}, {}, &why));
    CHECK_FALSE(taken({4}, {0}, {1}, Ints{1}, {}, &why));
    CHECK(why == "axis 1 lies outside of rank 1");
    CHECK_FALSE(taken({4}, {0, 0}, {1, 1}, Ints{0, -1}, {}, &why));
    CHECK(why == "axis 0 is given twice");
    CHECK_FALSE(taken({4}, {0}, {1}, {}, Ints{0}, &why));
    CHECK(why == "a step of 0");
    CHECK_FALSE(taken({4}, {0}, {1}, Ints{INT64_MIN}, {}, &why));
}
