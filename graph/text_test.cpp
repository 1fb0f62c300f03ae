// SPDX-License-Identifier: MIT
// Tests of how expressions read.
#include <catch2/catch_test_macros.hpp>

#include "test_table.h"

using namespace accel::graph;

TEST_CASE("expressions read as one writes them", "[expressions]")
{
    Builder b;
    const uint32_t w = b.symbol(0, kSize), h = b.symbol(1, kSize);
    const auto n = [&](int64_t value) { return b.constant(value); };
    CHECK(text(b, b.floor_div(b.add(w, n(3)), n(4))) == "floor((W + 3) / 4)");
    CHECK(text(b, b.sub(w, n(3))) == "W - 3");
    CHECK(text(b, n(-4)) == "-4");
    CHECK(text(b, b.sub(w, b.add(h, n(1)))) == "W - H - 1");
    CHECK(text(b, b.sub(w, b.sub(h, b.symbol(2, kSize)))) == "W - (H - s2)");
    CHECK(text(b, b.mul(b.add(w, h), n(2))) == "(W + H) * 2");
    CHECK(text(b, b.mul(w, n(-2))) == "W * (-2)");
    CHECK(text(b, b.ceil_div(w, h)) == "ceil(W / H)");
    CHECK(text(b, b.floor_div(w, b.mul(h, w))) == "floor(W / (W * H))");
    CHECK(text(b, b.mod(w, n(4))) == "W % 4");
    CHECK(text(b, b.add(b.mod(b.add(w, h), n(4)), n(1))) == "((W + H) % 4) + 1");
    CHECK(text(b, b.max(b.add(w, n(1)), h)) == "max(H, W + 1)");
    CHECK(text(b, b.min(w, n(7))) == "min(W, 7)");
}

TEST_CASE("the text of a table that doubles has an end", "[expressions]")
{
    std::vector<accel_expression> rows{{ACCEL_EXPRESSION_SYMBOL, 0, 0, 0, 0}};
    for (uint32_t i = 0; i < 100000; ++i) rows.push_back({ACCEL_EXPRESSION_SUB, i, i, 0, 0});
    const std::string shown = text(rows, static_cast<uint32_t>(rows.size() - 1), name_of);
    CHECK(shown.size() < 1000);
    CHECK(shown.find("...") != std::string::npos);
}
