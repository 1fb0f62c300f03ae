// SPDX-License-Identifier: MIT
// Tests of the model's three roundings at halves and extremes.
#include <catch2/catch_test_macros.hpp>

#include "requantise.h"

namespace accel::devices::ethosu {
namespace {

TEST_CASE("rounding modes differ on halves", "[ethosu][requantise]")
{
    const Scale half{1, 1};
    CHECK(rescale(5, half, Rounding::Natural) == 3);
    CHECK(rescale(-5, half, Rounding::Natural) == -2);
    CHECK(rescale(5, half, Rounding::Truncate) == 2);
    CHECK(rescale(-5, half, Rounding::Truncate) == -2);
    CHECK(rescale(5, half, Rounding::Tfl) == 3);
    CHECK(rescale(-5, half, Rounding::Tfl) == -2);
}

TEST_CASE("beyond 31 bits TFL rounds twice and halves go away from zero", "[ethosu][requantise]")
{
    const Scale half{1u << 30, 31};
    const Scale quarter{1u << 30, 32};
    CHECK(rescale(-5, half, Rounding::Tfl) == -2);
    CHECK(rescale(-6, quarter, Rounding::Tfl) == -2);
    CHECK(rescale(6, quarter, Rounding::Tfl) == 2);
    CHECK(rescale(-6, quarter, Rounding::Natural) == -1);
    // 1.4999 as 2.9998 / 2: the first rounding makes it 3 / 2, the second 2.
    const Scale nearly{1610504969, 32};
    CHECK(rescale(4, nearly, Rounding::Natural) == 1);
    CHECK(rescale(4, nearly, Rounding::Tfl) == 2);
}

TEST_CASE("extreme operands stay defined", "[ethosu][requantise]")
{
    CHECK(rescale(INT64_MIN / 2, {0xffffffffu, 63}, Rounding::Tfl) < 0);
    CHECK(rescale(0, {0xffffffffu, 0}, Rounding::Natural) == 0);
    CHECK(rescale(-1, {0xffffffffu, 63}, Rounding::Truncate) == 0);
}

}  // namespace
}  // namespace accel::devices::ethosu
