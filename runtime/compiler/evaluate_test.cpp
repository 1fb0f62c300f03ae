// SPDX-License-Identifier: MIT
#include <catch2/catch_test_macros.hpp>

#include <limits>

#include "constants.h"
#include "fold.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

TEST_CASE("real constants become the integers that devices would make of them", "[fold]")
{
    const float infinity = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
    Builder b;
    const uint32_t k = b.constant<float>("k", ACCEL_TYPE_F32, {8}, {300, -300, 2.9f, -2.9f, 1e20f, -1e20f, infinity, nan});
    const auto cast = [&](const char *name, uint32_t type) {
        const uint32_t made = b.tensor(name, type, {8}), kept = b.tensor(std::string("of ") + name, type, {8});
        b.node(name, ACCEL_OPERATION_CAST, {k}, {made}).set_ints(ACCEL_ATTRIBUTE_TO, {type});
        b.node("keep", ACCEL_OPERATION_CUSTOM, {made}, {kept}).custom_name = "Keep";
        b.output(kept);
        return made;
    };
    const uint32_t i8 = cast("i8", ACCEL_TYPE_I8), u8 = cast("u8", ACCEL_TYPE_U8), i32 = cast("i32", ACCEL_TYPE_I32), i64 = cast("i64", ACCEL_TYPE_I64);
    fold(b.graph, FoldDequantize::Keep);
    constexpr int32_t kMost = std::numeric_limits<int32_t>::max(), kLeast = std::numeric_limits<int32_t>::min();
    constexpr int64_t kLongMost = std::numeric_limits<int64_t>::max(), kLongLeast = std::numeric_limits<int64_t>::min();
    CHECK(values_of<int8_t>(b.graph.tensors[i8]) == std::vector<int8_t>{127, -128, 2, -2, 127, -128, 127, 0});
    CHECK(values_of<uint8_t>(b.graph.tensors[u8]) == std::vector<uint8_t>{255, 0, 2, 0, 255, 0, 255, 0});
    CHECK(values_of<int32_t>(b.graph.tensors[i32]) == std::vector<int32_t>{300, -300, 2, -2, kMost, kLeast, kMost, 0});
    CHECK(values_of<int64_t>(b.graph.tensors[i64]) == std::vector<int64_t>{300, -300, 2, -2, kLongMost, kLongLeast, kLongMost, 0});
}
