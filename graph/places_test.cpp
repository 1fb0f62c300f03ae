// SPDX-License-Identifier: MIT
// Tests of operations that repeat elements, or take and put them where indices say: sizes, values, indices that are outside.
#include <catch2/catch_test_macros.hpp>

#include <accel/graph/indices.h>

#include <numeric>

#include "test_node.h"

using namespace accel::graph;
using accel::graph::testing::TestNode;

namespace {

using Ints = std::vector<int64_t>;
using Words = std::vector<int32_t>;

TestNode words(uint32_t operation, Shape shape)
{
    Words values(element_count(shape).value());
    std::iota(values.begin(), values.end(), 1);
    return std::move(TestNode(operation).constant(std::move(shape), ACCEL_TYPE_I32, values));
}

/// The value of a node whose result has that shape; nothing where it does not fold.
std::optional<Words> folded(TestNode &node, Shape shape)
{
    node.set_result(std::move(shape), ACCEL_TYPE_I32);
    const auto bytes = fold(node.get(), [] {});
    if (!bytes) return std::nullopt;
    Words values(bytes->size() / sizeof(int32_t));
    if (!values.empty()) std::memcpy(values.data(), bytes->data(), bytes->size());
    return values;
}

}  // namespace

TEST_CASE("tiles have each size as often as it is repeated", "[rules][places]")
{
    const auto tile = [](Shape x, const Ints &repeats) { return TestNode(ACCEL_OPERATION_TILE).operand(std::move(x)).list(repeats).result().shapes(); };
    CHECK(tile({2, 3}, {1, 4}) == "[2,12]");
    CHECK(tile({2, 3}, {0, 1}) == "[0,3]");
    CHECK(tile({2, kUnknownDim, kUnknownDim, kUnknownDim}, {3, 1, 2, 0}) == "[6,?,?,0]");
    CHECK(tile({}, {}) == "[]");
    CHECK(tile({2, 3}, {2}) == "repeats has 1 values, expected 2");
    CHECK(tile({2, 3}, {2, -1}) == "repeats is -1, expected 0 to 1099511627776");
    CHECK(tile({1 << 20, 3}, {1 << 20, 1}) == "[1099511627776,3]");
    CHECK(tile({1 << 20, 3}, {(1 << 20) + 1, 1}) == "repeats is 1048577 at axis 0; operand 't0' has shape [1048576,3], and no size is above 1099511627776");
    CHECK(tile({int64_t{1} << 40}, {int64_t{1} << 40}).starts_with("repeats is 1099511627776 at axis 0"));
    CHECK(TestNode(ACCEL_OPERATION_TILE).operand({2}).operand({1}, ACCEL_TYPE_I64).result().shapes() == "?");
    TestNode named(ACCEL_OPERATION_TILE);
    const uint32_t n = named.symbol("N", 1, 8);
    CHECK(named.operand({Dim{-1, n}, 3}).list({1, 2}).result().shapes() == "[N,6]");
}

TEST_CASE("single elements are taken and put along one axis", "[rules][places]")
{
    const auto take = [](Shape x, Shape indices, Ints axis) {
        TestNode node(ACCEL_OPERATION_GATHER_ELEMENTS);
        return node.operand(std::move(x)).operand(std::move(indices), ACCEL_TYPE_I64).result().ints(ACCEL_ATTRIBUTE_AXIS, std::move(axis)).shapes();
    };
    CHECK(take({3, 4}, {7, 4}, {0}) == "[7,4]");
    CHECK(take({3, 4}, {2, 9}, {1}) == "[2,9]");
    CHECK(take({3, 4}, {4, 4}, {1}) == "operand 't1' has shape [4,4], expected at most 3 at axis 0, as operand 't0' has shape [3,4]");
    CHECK(take({3, 4}, {4}, {0}) == "operand 't1' has shape [4], expected 2 axes, as operand 't0' has shape [3,4]");
    CHECK(take({3, 4}, {3, 4}, {2}) == "axis is 2, expected 0 to 1");
    const auto put = [](Shape indices, Shape updates) {
        return TestNode(ACCEL_OPERATION_SCATTER_ELEMENTS).operand({3, 4}).operand(std::move(indices), ACCEL_TYPE_I64).operand(std::move(updates)).result().shapes();
    };
    CHECK(put({9, 2}, {9, 2}) == "[3,4]");
    CHECK(put({9, 2}, {9, 3}) == "operand 't2' has shape [9,3], expected [9,2]");
    CHECK(put({9, 5}, {9, 5}).starts_with("operand 't1' has shape [9,5], expected at most 4 at axis 1"));
}

TEST_CASE("slices are taken and put by tuples of indices", "[rules][places]")
{
    const auto take = [](Shape x, Shape indices, int64_t batch) {
        TestNode node(ACCEL_OPERATION_GATHER_ND);
        return node.operand(std::move(x)).operand(std::move(indices), ACCEL_TYPE_I64).result().ints(ACCEL_ATTRIBUTE_BATCH_DIMS, {batch}).shapes();
    };
    CHECK(take({2, 3, 4}, {5, 2}, 0) == "[5,4]");
    CHECK(take({2, 3, 4}, {5, 6, 3}, 0) == "[5,6]");
    CHECK(take({2, 3, 4}, {2, 1}, 1) == "[2,4]");
    CHECK(take({2, 3, 4}, {2}, 0) == "[4]");
    CHECK(take({2, 3, 4}, {5, kUnknownDim}, 0) == "?");
    CHECK(take({2, 3, 4}, {5, 4}, 0) == "operand 't1' has shape [5,4], expected 1 to 3 along its last axis for operand 't0' has shape [2,3,4]");
    CHECK(take({2, 3, 4}, {5, 0}, 0).starts_with("operand 't1' has shape [5,0], expected 1 to 3"));
    CHECK(take({2, 3, 4}, {5, 1}, 1) == "operand 't0' has shape [2,3,4] and operand 't1' has shape [5,1], which differ at batch axis 0");
    CHECK(take({2}, {2, 1}, 1) == "operand 't0' has shape [2] and operand 't1' has shape [2,1], expected more than 1 axes of both");
    CHECK(take({2}, {2, 1}, -1) == "batch_dims is -1, expected 0 to 8");
    CHECK(take({2}, {2, 1}, INT64_MAX).starts_with("batch_dims is 9223372036854775807"));
    CHECK(take({1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 1}, 0) == "the result would have rank 9, at most 8");
    const auto put = [](Shape indices, Shape updates) {
        return TestNode(ACCEL_OPERATION_SCATTER_ND).operand({3, 4}).operand(std::move(indices), ACCEL_TYPE_I64).operand(std::move(updates)).result().shapes();
    };
    CHECK(put({5, 1}, {5, 4}) == "[3,4]");
    CHECK(put({5, 2}, {5}) == "[3,4]");
    CHECK(put({5, kUnknownDim}, {7}) == "[3,4]");
    CHECK(put({5, 2}, {6}) == "operand 't2' has shape [6], expected [5]");
    CHECK(put({}, {}).ends_with("expected more than 0 axes of both"));
}

TEST_CASE("a triangle has two axes and one diagonal", "[rules][places]")
{
    CHECK(TestNode(ACCEL_OPERATION_TRILU).operand({2, 3, 4}).result().shapes() == "[2,3,4]");
    CHECK(TestNode(ACCEL_OPERATION_TRILU).operand({2, 3}).list({-7}).result().shapes() == "[2,3]");
    CHECK(TestNode(ACCEL_OPERATION_TRILU).operand({3}).result().shapes() == "operand 't0' has shape [3], expected two axes or more");
    CHECK(TestNode(ACCEL_OPERATION_TRILU).operand({2, 3}).list({1, 2}).result().shapes() == "k has 2 values, expected one");
}

TEST_CASE("constant indices that lie outside are found before anything runs", "[rules][places]")
{
    const auto list = [](uint32_t operation, const Ints &indices, Shape shape) {
        TestNode node(operation);
        node.operand({3, 4}).constant(std::move(shape), ACCEL_TYPE_I64, indices);
        return node.operand({2, 4}).result().shapes();
    };
    CHECK(list(ACCEL_OPERATION_SCATTER_ELEMENTS, {0, 2, -3, 1, 0, 0, 0, 0}, {2, 4}) == "[3,4]");
    CHECK(list(ACCEL_OPERATION_SCATTER_ELEMENTS, {0, 2, 3, 1, 0, 0, 0, 0}, {2, 4}) == "operand 't1': index 3, element 2, lies outside of 3; expected -3 to 2");
    CHECK(list(ACCEL_OPERATION_SCATTER_ND, {2, -4}, {2, 1}) == "operand 't1': index -4, element 1, lies outside of 3; expected -3 to 2");
    TestNode pairs(ACCEL_OPERATION_GATHER_ND);
    CHECK(pairs.operand({3, 4}).constant<int32_t>({2, 2}, ACCEL_TYPE_I32, {2, 3, 1, 4}).result().shapes() == "operand 't1': index 4, element 3, lies outside of 4; expected -4 to 3");
    TestNode open(ACCEL_OPERATION_GATHER_ELEMENTS);
    CHECK(open.operand({kUnknownDim}).constant<int64_t>({1}, ACCEL_TYPE_I64, {99}).result().shapes() == "[1]");
}

TEST_CASE("indices are read in both types and at any byte", "[places]")
{
    const std::vector<int32_t> narrow{1, -2, 5};
    std::vector<uint8_t> bytes(1 + sizeof(int32_t) * narrow.size());
    std::memcpy(bytes.data() + 1, narrow.data(), bytes.size() - 1);
    const Values values{ACCEL_TYPE_I32, 1, bytes.data() + 1, bytes.size() - 1};
    CHECK_FALSE(find_outside(values, Ints{6}));
    CHECK_FALSE(find_outside(values, Ints{-1}));
    CHECK_FALSE(find_outside(values, Ints{}));
    const auto outside = find_outside(values, Ints{6, 1});
    REQUIRE(outside);
    CHECK((outside->element == 1 && outside->index == -2 && outside->size == 1));
    CHECK(find_outside(values, Ints{5})->element == 2);
    CHECK_FALSE(find_outside({ACCEL_TYPE_F32, 1, bytes.data() + 1, bytes.size() - 1}, Ints{1}));
    CHECK_FALSE(find_outside({ACCEL_TYPE_I32, 1, nullptr, 0}, Ints{1}));
}

TEST_CASE("places are folded", "[fold][places]")
{
    TestNode tile = words(ACCEL_OPERATION_TILE, {2, 2});
    tile.list({2, 3});
    CHECK(folded(tile, {4, 6}) == Words{1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4});
    TestNode none = words(ACCEL_OPERATION_TILE, {2});
    none.list({0});
    CHECK(folded(none, {0}) == Words{});
    TestNode large = words(ACCEL_OPERATION_TILE, {2});
    large.list({32769});
    CHECK_FALSE(folded(large, {65538}));
    TestNode single = words(ACCEL_OPERATION_GATHER_ELEMENTS, {2, 3});
    single.constant<int32_t>({1, 4}, ACCEL_TYPE_I32, {-1, 0, 2, 1}).ints(ACCEL_ATTRIBUTE_AXIS, {1});
    CHECK(folded(single, {1, 4}) == Words{3, 1, 3, 2});
    TestNode column = words(ACCEL_OPERATION_GATHER_ELEMENTS, {2, 3});
    column.constant<int64_t>({2, 2}, ACCEL_TYPE_I64, {1, 0, 0, -1});
    CHECK(folded(column, {2, 2}) == Words{4, 2, 1, 5});
    TestNode tuples = words(ACCEL_OPERATION_GATHER_ND, {2, 3});
    tuples.constant<int64_t>({2, 2}, ACCEL_TYPE_I64, {1, -1, 0, 1});
    CHECK(folded(tuples, {2}) == Words{6, 2});
    TestNode batches = words(ACCEL_OPERATION_GATHER_ND, {2, 3, 2});
    batches.constant<int64_t>({2, 1}, ACCEL_TYPE_I64, {2, 0}).ints(ACCEL_ATTRIBUTE_BATCH_DIMS, {1});
    CHECK(folded(batches, {2, 2}) == Words{5, 6, 7, 8});
    TestNode typed = words(ACCEL_OPERATION_GATHER_ELEMENTS, {2});
    typed.constant<float>({1}, ACCEL_TYPE_F32, {0});
    CHECK_FALSE(folded(typed, {1}));
}

TEST_CASE("triangles are folded", "[fold][places]")
{
    const auto keep = [](bool upper, int64_t diagonal) {
        TestNode node = words(ACCEL_OPERATION_TRILU, {2, 3});
        node.list({diagonal}).ints(ACCEL_ATTRIBUTE_UPPER, {upper});
        return folded(node, {2, 3});
    };
    CHECK(keep(true, 0) == Words{1, 2, 3, 0, 5, 6});
    CHECK(keep(true, 2) == Words{0, 0, 3, 0, 0, 0});
    CHECK(keep(true, INT64_MIN) == Words{1, 2, 3, 4, 5, 6});
    CHECK(keep(true, INT64_MAX) == Words{0, 0, 0, 0, 0, 0});
    CHECK(keep(false, 0) == Words{1, 0, 0, 4, 5, 0});
    CHECK(keep(false, -1) == Words{0, 0, 0, 4, 0, 0});
    CHECK(keep(false, INT64_MAX) == Words{1, 2, 3, 4, 5, 6});
    TestNode plain = words(ACCEL_OPERATION_TRILU, {2, 2, 2});
    CHECK(folded(plain, {2, 2, 2}) == Words{1, 2, 0, 4, 5, 6, 0, 8});
}
