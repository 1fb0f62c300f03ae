// SPDX-License-Identifier: MIT
// Tests of constants that are stored or made real while compiling.
#include <catch2/catch_test_macros.hpp>

#include <limits>

#include "constants.h"
#include "fold.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

/// Of [2, 4] in blocks of two along the last axis.
template <class Scale> Quantization in_blocks(uint32_t type, const std::vector<Scale> &scales, const std::vector<int32_t> &zero_points)
{
    const int64_t blocks[2] = {1, 2}, sizes[2] = {2, 4};
    return accel::graph::copy({sizeof(accel_quantization), ACCEL_QUANTIZATION_KIND_AFFINE, type, ACCEL_TYPE_I32, 2, blocks, scales.data(), zero_points.data(), scales.size()}, sizes);
}

}  // namespace

TEST_CASE("constants that are quantised in blocks are folded, where floats have their scales", "[fold]")
{
    const auto folded = [](Quantization quantization) {
        Builder b;
        const uint32_t stored = b.constant<int8_t>("w", ACCEL_TYPE_I8, {2, 4}, {1, 2, 3, 4, 5, 6, 7, -128}), real = b.tensor("r", ACCEL_TYPE_F32, {2, 4}), y = b.tensor("y", ACCEL_TYPE_F32, {2, 4});
        b.graph.tensors[stored].quantization = std::move(quantization);
        b.node("dq", ACCEL_OPERATION_DEQUANTIZE, {stored}, {real});
        b.node("keep", ACCEL_OPERATION_CUSTOM, {real}, {y}).custom_name = "Keep";
        b.output(y);
        fold(b.graph, FoldDequantize::Expand);
        return b.graph.tensors[real].constant() ? values_of<float>(b.graph.tensors[real]) : std::vector<float>();
    };
    const std::vector<float> expected{0.5f, 1, 4, 6, -40, -36, -16, 1064};
    CHECK(folded(in_blocks<float>(ACCEL_TYPE_F32, {0.5f, 2, 4, -8}, {0, 1, 15, 5})) == expected);
    CHECK(folded(in_blocks<double>(ACCEL_TYPE_F64, {0.5, 2, 4, -8}, {0, 1, 15, 5})) == expected);
    CHECK(folded(in_blocks<double>(ACCEL_TYPE_F64, {0.5, 2, 4, 0.1}, {0, 1, 15, 5})).empty());
}

TEST_CASE("real constants become stored in blocks", "[fold]")
{
    Builder b;
    const uint32_t real = b.constant<float>("r", ACCEL_TYPE_F32, {2, 4}, {1, 2.5f, 3, 4, 500, 6, 7, 8}), stored = b.tensor("q", ACCEL_TYPE_I8, {2, 4}), y = b.tensor("y", ACCEL_TYPE_I8, {2, 4});
    b.graph.tensors[stored].quantization = in_blocks<float>(ACCEL_TYPE_F32, {1, 2, 1, 4}, {0, 1, 0, -2});
    b.node("q", ACCEL_OPERATION_QUANTIZE, {real}, {stored});
    b.node("keep", ACCEL_OPERATION_CUSTOM, {stored}, {y}).custom_name = "Keep";
    b.output(y);
    fold(b.graph, FoldDequantize::Keep);
    CHECK(values_of<int8_t>(b.graph.tensors[stored]) == std::vector<int8_t>{1, 2, 3, 3, 127, 6, 0, 0});
}

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
