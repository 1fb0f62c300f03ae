// SPDX-License-Identifier: MIT
// Tests of multipliers and roundings, at ties and at the ends of their ranges.
#include "quant/quant.h"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace accel::quant;

TEST_CASE("quantise gives normalised mantissas", "[quant]")
{
    CHECK(quantise(1.0) == Multiplier{1u << 30, 30});
    CHECK(quantise(0.5) == Multiplier{1u << 30, 31});
    CHECK(quantise(0.75) == Multiplier{3u << 29, 31});
    CHECK(quantise(1.0 / 3) == Multiplier{1431655765, 32});
    CHECK(quantise(0.0) == Multiplier{0, 31});
    // A mantissa that rounds up to 2^31 moves to the next exponent.
    CHECK(quantise(std::nextafter(1.0, 0.0)) == Multiplier{1u << 30, 30});
}

TEST_CASE("quantise refuses what has no fixed-point form", "[quant]")
{
    CHECK_FALSE(quantise(-1.0));
    CHECK_FALSE(quantise(std::numeric_limits<double>::infinity()));
    CHECK_FALSE(quantise(std::nan("")));
    CHECK_FALSE(quantise(std::ldexp(1.0, 31)));
    CHECK(quantise(std::ldexp(1.0, -40)) == Multiplier{0, 31});
}

TEST_CASE("quantise is within half a unit of the real", "[quant]")
{
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> exponent(-28.0, 28.0);
    for (int i = 0; i < 100000; ++i) {
        const double real = std::exp2(exponent(random));
        const auto form = quantise(real);
        REQUIRE(form);
        REQUIRE(form->scale >= 1u << 30);
        REQUIRE(form->scale < 1u << 31);
        const double back = std::ldexp(static_cast<double>(form->scale), -form->shift);
        REQUIRE(std::abs(back - real) <= std::ldexp(0.5, -form->shift));
    }
}

TEST_CASE("double rounding differs from natural where it should", "[quant]")
{
    const Multiplier half = *quantise(0.5);
    CHECK(requantise_double_rounding(3, half) == 2);
    CHECK(requantise_natural(3, half) == 2);
    CHECK(requantise_natural(-3, half) == -1);
    // shift 31: one rounding only, ties of negative products go up.
    CHECK(requantise_double_rounding(-3, half) == -1);
    // shift 32: the second rounding takes ties away from zero.
    const Multiplier quarter = *quantise(0.25);
    CHECK(requantise_double_rounding(2, quarter) == 1);
    CHECK(requantise_double_rounding(-2, quarter) == -1);
    CHECK(requantise_natural(-2, quarter) == 0);
    // 0.2499.. * 2 -> 0.4999.. is first rounded to 1/2, then to 1.
    const Multiplier below{(1u << 30) - 1, 32};
    CHECK(requantise_double_rounding(2, below) == 1);
    CHECK(requantise_natural(2, below) == 0);
}

TEST_CASE("multipliers above one shift left first", "[quant]")
{
    CHECK(requantise_double_rounding(1000, *quantise(4.0)) == 4000);
    CHECK(requantise_double_rounding(-1000, *quantise(1.5)) == -1500);
    CHECK(requantise_natural(-1000, *quantise(1.5)) == -1500);
    CHECK(requantise_natural(1 << 20, *quantise(std::ldexp(1.0, 29))) == std::numeric_limits<int32_t>::max());
}

TEST_CASE("natural rounding is floor(x + 1/2)", "[quant]")
{
    std::mt19937_64 random(2);
    for (int i = 0; i < 100000; ++i) {
        const auto value = static_cast<int32_t>(random()) >> (random() % 20);
        const Multiplier form{static_cast<uint32_t>((random() % (1u << 30)) + (1u << 30)), static_cast<int>(31 + random() % 20)};
        const long double exact = std::ldexp(static_cast<long double>(value) * form.scale, -form.shift);
        REQUIRE(requantise_natural(value, form) == static_cast<int32_t>(std::floor(exact + 0.5L)));
        REQUIRE(std::abs(requantise_double_rounding(value, form) - exact) <= 1.0L);
    }
}

TEST_CASE("quantise_value clamps and rounds half away", "[quant]")
{
    CHECK(quantise_value(6.0, 0.05, -128, kInt8Range) == -8);
    CHECK(quantise_value(0.25, 0.5, 0, kInt8Range) == 1);
    CHECK(quantise_value(-0.25, 0.5, 0, kInt8Range) == -1);
    CHECK(quantise_value(1e30, 0.5, 0, kInt8Range) == 127);
    CHECK(quantise_value(-1e30, 0.5, 3, kUint8Range) == 0);
    CHECK(quantise_value(std::nan(""), 0.5, 3, kUint8Range) == 0);
}

TEST_CASE("folding a zero point subtracts it from every tap", "[quant]")
{
    const int16_t weights[] = {1, -2, 5};
    CHECK(fold_input_zero_point(10, weights, 3) == 10 - 3 * 4);
    CHECK(fold_input_zero_point(10, {}, 3) == 10);
    const int16_t one[] = {1};
    CHECK_FALSE(fold_input_zero_point(std::numeric_limits<int32_t>::max(), one, -1));
}
