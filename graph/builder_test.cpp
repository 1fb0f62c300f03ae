// SPDX-License-Identifier: MIT
// Tests that simplified rows have the values of what was asked for.
#include <catch2/catch_test_macros.hpp>

#include "step.h"
#include "test_table.h"

using namespace accel::graph;

namespace {

constexpr uint32_t kNone = ACCEL_EXPRESSION_NONE;

struct Fixture {
    Builder b;
    const uint32_t w = b.symbol(0, kSize), h = b.symbol(1, kSize);
    uint32_t n(int64_t value) { return b.constant(value); }
    /// Positions of a window.
    uint32_t window(uint32_t size, int64_t padding, int64_t extent, int64_t stride) { return b.add(b.floor_div(b.sub(b.add(size, n(padding)), n(extent)), n(stride)), n(1)); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "one size that is said in two ways is one row", "[expressions]")
{
    CHECK(window(w, 2, 3, 1) == w);
    CHECK(text(b, window(w, 2, 3, 2)) == "floor((W + 1) / 2)");
    CHECK(window(w, 2, 3, 2) == b.ceil_div(w, n(2)));
    CHECK(window(window(w, 1, 2, 2), 1, 2, 2) == b.ceil_div(b.floor_div(b.add(w, n(1)), n(2)), n(2)));
    CHECK(b.floor_div(b.floor_div(w, n(2)), n(3)) == b.floor_div(w, n(6)));
    CHECK(b.add(w, h) == b.add(h, w));
    CHECK(b.mul(b.mul(w, n(2)), h) == b.mul(b.mul(h, w), n(2)));
    CHECK(b.sub(b.add(w, n(5)), n(5)) == w);
    CHECK(b.sub(b.add(w, h), h) == w);
    CHECK(b.sub(b.add(w, h), w) == h);
    CHECK(b.number(b.sub(b.add(w, n(5)), b.add(w, n(3)))) == 2);
    CHECK(b.add(w, w) == b.mul(n(2), w));
    CHECK(b.floor_div(b.add(b.mul(w, n(4)), n(6)), n(2)) == b.add(b.mul(w, n(2)), n(3)));
    CHECK(b.mul(b.add(w, n(1)), n(3)) == b.add(b.mul(w, n(3)), n(3)));
    CHECK(b.number(b.mod(b.add(b.mul(w, n(4)), n(7)), n(4))) == 3);
}

TEST_CASE_METHOD(Fixture, "a product is divided by its factors", "[expressions]")
{
    const uint32_t all = b.mul(b.mul(w, h), n(24));
    CHECK(b.floor_div(all, w) == b.mul(h, n(24)));
    CHECK(b.floor_div(all, b.mul(w, n(8))) == b.mul(h, n(3)));
    CHECK(b.number(b.floor_div(all, all)) == 1);
    CHECK(text(b, b.floor_div(all, b.mul(w, n(5)))) == "floor(W * H * 24 / (W * 5))");
}

TEST_CASE_METHOD(Fixture, "ranges decide what is the largest", "[expressions]")
{
    CHECK(b.max(w, n(1)) == w);
    CHECK(b.number(b.max(w, n(INT32_MAX))) == INT32_MAX);
    CHECK(b.number(b.min(w, n(1))) == 1);
    CHECK(b.max(w, w) == w);
    CHECK(b.max(b.add(w, n(1)), b.add(w, n(2))) == b.add(w, n(2)));
    CHECK(b.min(b.add(w, n(1)), b.add(w, n(2))) == b.add(w, n(1)));
    CHECK(text(b, b.max(w, h)) == "max(W, H)");
    const Range halved = b.range(b.floor_div(b.sub(w, n(1)), n(2)));
    CHECK((halved.low == 0 && halved.high == (INT32_MAX - 1) / 2));
    CHECK(b.symbol(3, {7, 7}) == n(7));
}

TEST_CASE_METHOD(Fixture, "what leaves 64 bits, or has no value, is no row", "[expressions]")
{
    CHECK(b.add(n(INT64_MAX), n(1)) == kNone);
    CHECK(b.mul(n(INT64_MAX), n(2)) == kNone);
    CHECK(b.sub(n(INT64_MIN), n(1)) == kNone);
    CHECK(b.sub(w, n(INT64_MIN)) == kNone);
    CHECK(b.floor_div(w, n(0)) == kNone);
    CHECK(b.ceil_div(w, n(-2)) == kNone);
    CHECK(b.mod(w, n(0)) == kNone);
    for (const uint32_t made : {b.add(kNone, w), b.sub(w, kNone), b.mul(kNone, w), b.floor_div(kNone, w), b.ceil_div(w, kNone), b.mod(kNone, w), b.max(kNone, w), b.min(w, kNone)})
        CHECK(made == kNone);
    CHECK_FALSE(b.number(kNone));
}

TEST_CASE("rows have the values of what was asked for, and lie in their ranges", "[expressions]")
{
    // Every pair of steps over small numbers, both of whose operands are symbols or numbers.
    for (uint32_t first = ACCEL_EXPRESSION_ADD; first <= ACCEL_EXPRESSION_MIN; ++first) {
        for (uint32_t second = ACCEL_EXPRESSION_ADD; second <= ACCEL_EXPRESSION_MIN; ++second) {
            for (int64_t number = -3; number <= 4; ++number) {
                for (int order = 0; order < 4; ++order) {
                    Builder b;
                    const auto make = [&](uint32_t op, uint32_t x, uint32_t y) {
                        uint32_t (Builder::*const steps[])(uint32_t, uint32_t) = {&Builder::add, &Builder::sub, &Builder::mul, &Builder::floor_div, &Builder::ceil_div, &Builder::mod, &Builder::max, &Builder::min};
                        return (b.*steps[op - ACCEL_EXPRESSION_ADD])(x, y);
                    };
                    const uint32_t w = b.symbol(0, {-4, 9}), n = b.constant(number), h = b.symbol(1, {-4, 9});
                    const uint32_t inner = order & 1 ? make(first, w, n) : make(first, w, h);
                    const uint32_t outer = order & 2 ? make(second, inner, n) : make(second, inner, w);
                    for (int64_t x = -4; x <= 9; x += 2) {
                        for (int64_t y = -4; y <= 9; y += 3) {
                            const Number expected_inner = step(first, Number{Outcome::kNumber, x}, Number{Outcome::kNumber, order & 1 ? number : y});
                            const Number expected = step(second, expected_inner, Number{Outcome::kNumber, order & 2 ? number : x});
                            if (expected.outcome != Outcome::kNumber) continue;
                            REQUIRE(outer != kNone);
                            const Number got = evaluate(b.rows(), sizes({x, y}))[outer];
                            if (got.outcome == Outcome::kNumber && got.value == expected.value && b.range(outer).holds(got.value)) continue;
                            FAIL(text(b, outer) << " of W " << x << ", H " << y << " is " << got.value << ", expected " << expected.value << " (steps " << first << ", " << second << ", number " << number << ", order " << order << ")");
                        }
                    }
                }
            }
        }
    }
}
