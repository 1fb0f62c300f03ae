// SPDX-License-Identifier: MIT
// Tests of nodes that are computed when a program is built, and of constants that lie misaligned.
#include "fold.h"

#include <catch2/catch_test_macros.hpp>

#include "constants.h"
#include "graph/values.h"
#include "testing/builder.h"
#include "testing/labels.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::labels;
using accel::testing::Labels;
using accel::testing::require_valid;

TEST_CASE("constants are folded", "[fold]")
{
    Builder b;
    const uint32_t a = b.constant<int64_t>("a", ACCEL_TYPE_I64, {2, 3}, {1, 2, 3, 4, 5, 6});
    const uint32_t t = b.tensor("t", ACCEL_TYPE_I64, {3, 2}), s = b.tensor("s", ACCEL_TYPE_I64, {2, 2});
    const uint32_t f = b.tensor("f", ACCEL_TYPE_F32, {2, 2}), x = b.input("x", ACCEL_TYPE_F32, {2, 2}), y = b.tensor("y", ACCEL_TYPE_F32, {2, 2});
    b.node("t", ACCEL_OPERATION_TRANSPOSE, {a}, {t}).set_ints(ACCEL_ATTRIBUTE_PERM, {1, 0});
    b.node("s", ACCEL_OPERATION_SLICE, {t, b.list("starts", {2}), b.list("ends", {-4}), b.list("axes", {0}), b.list("steps", {-2})}, {s});
    b.node("f", ACCEL_OPERATION_CAST, {s}, {f}).set_ints(ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_F32});
    b.node("y", ACCEL_OPERATION_ADD, {x, f}, {y});
    b.output(y);
    require_valid(b.graph);
    fold(b.graph, FoldDequantize::Keep);
    REQUIRE(labels(b.graph) == Labels{"Add"});
    CHECK(values_of<float>(b.graph.tensors[f]) == std::vector<float>{3.0f, 6.0f, 1.0f, 4.0f});
}

TEST_CASE("concat, gather and broadcasting arithmetic fold; a division by zero does not", "[fold]")
{
    Builder b;
    const uint32_t a = b.constant<int64_t>("a", ACCEL_TYPE_I64, {2, 1}, {10, 20}), k = b.constant<int64_t>("k", ACCEL_TYPE_I64, {2}, {3, 0});
    const uint32_t sum = b.tensor("sum", ACCEL_TYPE_I64, {2, 2}), both = b.tensor("both", ACCEL_TYPE_I64, {2, 3});
    const uint32_t rows = b.constant<int64_t>("rows", ACCEL_TYPE_I64, {2}, {-1, 0}), got = b.tensor("got", ACCEL_TYPE_I64, {2, 2});
    const uint32_t div = b.tensor("div", ACCEL_TYPE_I64, {2, 2}), y = b.tensor("y", ACCEL_TYPE_I64, {2, 2});
    b.node("sum", ACCEL_OPERATION_ADD, {a, k}, {sum});
    b.node("both", ACCEL_OPERATION_CONCAT, {a, sum}, {both}).set_ints(ACCEL_ATTRIBUTE_AXIS, {1});
    b.node("got", ACCEL_OPERATION_GATHER, {both, rows}, {got}).set_ints(ACCEL_ATTRIBUTE_AXIS, {1});
    b.node("div", ACCEL_OPERATION_DIV, {got, k}, {div});
    b.node("y", ACCEL_OPERATION_SUB, {div, got}, {y});
    // Values that only folded nodes read are not kept.
    const uint32_t kept = b.tensor("kept", ACCEL_TYPE_I64, {1});
    b.node("keep", ACCEL_OPERATION_CUSTOM, {sum, both}, {kept}).custom_name = "Keep";
    b.output(y);
    b.output(kept);
    require_valid(b.graph);
    fold(b.graph, FoldDequantize::Keep);
    CHECK(labels(b.graph) == Labels{"Div", "Sub", "Keep"});
    CHECK(values_of<int64_t>(b.graph.tensors[sum]) == std::vector<int64_t>{13, 10, 23, 20});
    CHECK(values_of<int64_t>(b.graph.tensors[both]) == std::vector<int64_t>{10, 13, 10, 20, 23, 20});
    CHECK(values_of<int64_t>(b.graph.tensors[got]) == std::vector<int64_t>{10, 10, 20, 20});
}

TEST_CASE("misaligned constants are copied once, aligned ones stay in the model", "[fold]")
{
    Builder b;
    alignas(8) static const uint8_t bytes[16] = {};
    Tensor off, on;
    off.type = on.type = ACCEL_TYPE_F32;
    off.shape = on.shape = {Dim{2}};
    off.data = bytes + 1;
    on.data = bytes;
    off.data_bytes = on.data_bytes = 8;
    b.graph.tensors = {off, on};
    align_constants(b.graph);
    CHECK(reinterpret_cast<uintptr_t>(b.graph.tensors[0].data) % 4 == 0);
    CHECK(b.graph.tensors[1].data == bytes);
}
