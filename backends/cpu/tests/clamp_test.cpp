// SPDX-License-Identifier: MIT
// A clamp that is part of another operation, beside one that stands alone.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <cmath>

using namespace accel::cpu::test;

// The quotients of all these bounds and scales are halves in binary32, and beside them in binary64.
TEST_CASE("a bound of stored values is rounded as a quantisation rounds", "[quantized][isa]")
{
    const auto [low, high, scale] = GENERATE(table<float, float, float>({{-0.37f, 2.3f, 0.02f}, {0.0f, 6.0f, 0.8f}, {-0.15f, 0.45f, 0.1f}}));
    const uint32_t operation = GENERATE(ACCEL_OPERATION_CLIP, ACCEL_OPERATION_MAX_POOL);
    constexpr int32_t kZeroPoint = -3;
    Bytes all(256);
    for (size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<uint8_t>(i);
    GraphMaker graph;
    const uint32_t x = graph.input(ACCEL_TYPE_I8, {1, 1, 16, 16}, Scales{{scale}, {kZeroPoint}, 0});
    const uint32_t y = graph.tensor(ACCEL_TYPE_I8, {1, 1, 16, 16}, Scales{{scale}, {kZeroPoint}, 0});
    if (operation == ACCEL_OPERATION_MAX_POOL)
        graph.node(operation, {x}, {y},
                   {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {1, 1}}},
                    {{ACCEL_ATTRIBUTE_CLAMP_MIN, {low}}, {ACCEL_ATTRIBUTE_CLAMP_MAX, {high}}},
                    ACCEL_ROUNDING_HALF_EVEN});
    else
        graph.node(operation, {x, graph.real(low), graph.real(high)}, {y}, {{}, {}, ACCEL_ROUNDING_HALF_EVEN});
    graph.output(y);
    const Bytes got = execute(graph.desc(), {all}, 1)[0];
    for (size_t i = 0; i < got.size(); ++i) {
        const float real = static_cast<float>(static_cast<int8_t>(all[i]) - kZeroPoint) * scale;
        const float apart = std::rint(std::clamp(real, low, high) / scale) + static_cast<float>(kZeroPoint);
        INFO("stored " << static_cast<int>(static_cast<int8_t>(all[i])));
        REQUIRE(static_cast<int>(static_cast<int8_t>(got[i])) == static_cast<int>(std::clamp(apart, -128.0f, 127.0f)));
    }
}
