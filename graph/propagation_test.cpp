// SPDX-License-Identifier: MIT
// Tests of what follows when symbols become known, and of what that costs.
#include <accel/graph/propagation.h>

#include <catch2/catch_test_macros.hpp>

#include "test_table.h"

using namespace accel::graph;

namespace {
constexpr uint32_t kNone = ACCEL_EXPRESSION_NONE;
}

TEST_CASE("what follows from a size is known as soon as it is", "[expressions]")
{
    Builder b;
    const uint32_t w = b.symbol(0, kSize), h = b.symbol(1, kSize), open = b.symbol(3, kSize);
    const uint32_t half = b.floor_div(w, b.constant(2)), area = b.mul(half, h), more = b.add(open, area);
    // Symbols: W, H, the area, one that nodes tell, and one that follows from it.
    Propagation sizes(b.rows(), {kNone, kNone, area, kNone, more});
    CHECK(sizes.symbol(2).outcome == Outcome::kOpen);
    sizes.set(0, 9);
    CHECK(sizes.row(half).value == 4);
    CHECK(sizes.symbol(2).outcome == Outcome::kOpen);
    sizes.set(1, 3);
    CHECK(sizes.symbol(2).value == 12);
    CHECK(sizes.symbol(4).outcome == Outcome::kOpen);
    sizes.set(3, 5);
    CHECK(sizes.symbol(4).value == 17);
    CHECK(sizes.symbol(0).value == 9);
}

TEST_CASE("what has no number is told apart from what is open", "[expressions]")
{
    const std::vector<accel_expression> rows{{ACCEL_EXPRESSION_SYMBOL, 0, 0, 0, 0}, {ACCEL_EXPRESSION_MUL, 0, 0, 0, 0}, {ACCEL_EXPRESSION_SYMBOL, 1, 0, 0, 0}, {ACCEL_EXPRESSION_MOD, 1, 2, 0, 0}};
    Propagation sizes(rows, {kNone, kNone, 1, 3});
    sizes.set(0, INT64_MAX);
    CHECK(sizes.symbol(2).outcome == Outcome::kOverflow);
    CHECK(sizes.symbol(3).outcome == Outcome::kOverflow);
    Propagation other(rows, {kNone, kNone, 1, 3});
    other.set(0, 2);
    other.set(1, 0);
    CHECK(other.symbol(3).outcome == Outcome::kUndefined);
}

TEST_CASE("a derived symbol that is known before its expression keeps its size", "[expressions]")
{
    Builder b;
    const uint32_t w = b.symbol(0, kSize);
    Propagation sizes(b.rows(), {kNone, w});
    sizes.set(1, 4);
    sizes.set(0, 5);
    CHECK(sizes.symbol(1).value == 4);
    CHECK(sizes.row(w).value == 5);
}

TEST_CASE("a long table takes one step per row", "[expressions]")
{
    std::vector<accel_expression> rows{{ACCEL_EXPRESSION_SYMBOL, 0, 0, 0, 0}, {ACCEL_EXPRESSION_CONSTANT, 0, 0, 0, 1}};
    for (uint32_t i = 0; i < 300000; ++i) rows.push_back({ACCEL_EXPRESSION_ADD, i ? i + 1 : 0, 1, 0, 0});
    Propagation sizes(rows, {kNone});
    sizes.set(0, 1);
    CHECK(sizes.row(static_cast<uint32_t>(rows.size() - 1)).value == 300001);
}
