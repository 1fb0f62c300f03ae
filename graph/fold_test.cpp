// SPDX-License-Identifier: MIT
// Tests of folding: where elements go, what is computed, what is left alone.
#include <catch2/catch_test_macros.hpp>

#include <limits>
#include <numeric>

#include "test_node.h"

using namespace accel::graph;
using accel::graph::testing::TestNode;

namespace {

std::vector<int32_t> rising(size_t count)
{
    std::vector<int32_t> values(count);
    std::iota(values.begin(), values.end(), 0);
    return values;
}

/// The value of a node whose result has the shape and type that are given; nothing where it does not fold.
template <class Value> std::optional<std::vector<Value>> folded(TestNode &node, Shape shape, uint32_t type)
{
    node.set_result(std::move(shape), type);
    const auto bytes = fold(node.get(), [] {});
    if (!bytes) return std::nullopt;
    std::vector<Value> values(bytes->size() / sizeof(Value));
    if (!values.empty()) std::memcpy(values.data(), bytes->data(), bytes->size());
    return values;
}

std::optional<std::vector<int32_t>> words(TestNode &node, Shape shape) { return folded<int32_t>(node, std::move(shape), ACCEL_TYPE_I32); }

}  // namespace

TEST_CASE("elements move to where the shape rule says", "[fold]")
{
    const std::vector<int32_t> six = rising(6);
    const auto of = [&](uint32_t operation) { return std::move(TestNode(operation).constant({2, 3}, ACCEL_TYPE_I32, six)); };
    TestNode turned = of(ACCEL_OPERATION_TRANSPOSE);
    CHECK(words(turned, {3, 2}) == std::vector<int32_t>{0, 3, 1, 4, 2, 5});
    CHECK_FALSE(words(turned, {2, 3}));  // not the shape that follows
    TestNode slice = of(ACCEL_OPERATION_SLICE);
    slice.list({99}).list({-99}).list({1}).list({-2});
    CHECK(words(slice, {2, 2}) == std::vector<int32_t>{2, 0, 5, 3});  // bounds beyond the axis are cut to it
    TestNode far = of(ACCEL_OPERATION_SLICE);
    far.list({-7, 1}).list({2, 2}).absent().list({1, int64_t{1} << 40});
    CHECK(words(far, {2, 1}) == std::vector<int32_t>{1, 4});
    TestNode both = of(ACCEL_OPERATION_CONCAT);
    both.constant({2, 1}, ACCEL_TYPE_I32, std::vector<int32_t>{7, 8}).ints(ACCEL_ATTRIBUTE_AXIS, {1});
    CHECK(words(both, {2, 4}) == std::vector<int32_t>{0, 1, 2, 7, 3, 4, 5, 8});
    TestNode spread(ACCEL_OPERATION_EXPAND);
    spread.constant({2, 1}, ACCEL_TYPE_I32, std::vector<int32_t>{7, 8}).list({1, 2});
    CHECK(words(spread, {2, 2}) == std::vector<int32_t>{7, 7, 8, 8});
    TestNode rows = of(ACCEL_OPERATION_GATHER);
    rows.constant({2}, ACCEL_TYPE_I64, std::vector<int64_t>{-1, 0});
    CHECK(words(rows, {2, 3}) == std::vector<int32_t>{3, 4, 5, 0, 1, 2});
    TestNode outside = of(ACCEL_OPERATION_GATHER);
    outside.constant({1}, ACCEL_TYPE_I32, std::vector<int32_t>{2});
    CHECK_FALSE(words(outside, {1, 3}));
    TestNode alias = of(ACCEL_OPERATION_RESHAPE);
    alias.list({3, 2});
    CHECK(words(alias, {3, 2}) == six);
    CHECK(folds_to_operand(alias.get()));
    CHECK_FALSE(folds_to_operand(turned.get()));
}

TEST_CASE("small arithmetic is done, large is left to devices", "[fold]")
{
    const int32_t least = std::numeric_limits<int32_t>::min();
    const auto pair = [](uint32_t operation, int32_t a, int32_t b) {
        TestNode node(operation);
        node.constant({}, ACCEL_TYPE_I32, std::vector<int32_t>{a}).constant({1}, ACCEL_TYPE_I32, std::vector<int32_t>{b});
        return words(node, {1});
    };
    CHECK(pair(ACCEL_OPERATION_ADD, std::numeric_limits<int32_t>::max(), 1) == std::vector<int32_t>{least});
    CHECK(pair(ACCEL_OPERATION_SUB, 3, 5) == std::vector<int32_t>{-2});
    CHECK(pair(ACCEL_OPERATION_MUL, 1 << 20, 1 << 20) == std::vector<int32_t>{0});
    CHECK(pair(ACCEL_OPERATION_DIV, -7, 2) == std::vector<int32_t>{-3});
    CHECK_FALSE(pair(ACCEL_OPERATION_DIV, 1, 0));
    CHECK_FALSE(pair(ACCEL_OPERATION_DIV, least, -1));
    const std::vector<int32_t> many(65537);
    TestNode large(ACCEL_OPERATION_ADD);
    large.constant({65537}, ACCEL_TYPE_I32, many).constant({}, ACCEL_TYPE_I32, std::vector<int32_t>{1}).result({65537}, ACCEL_TYPE_I32);
    CHECK_FALSE(may_fold(large.get()));
    TestNode mixed(ACCEL_OPERATION_ADD);
    mixed.constant({1}, ACCEL_TYPE_I32, std::vector<int32_t>{1}).constant({1}, ACCEL_TYPE_I64, std::vector<int64_t>{1});
    CHECK_FALSE(words(mixed, {1}));
}

TEST_CASE("sizes need no values", "[fold]")
{
    TestNode shape(ACCEL_OPERATION_SHAPE);
    shape.operand({2, 3, 4}).ints(ACCEL_ATTRIBUTE_START, {-2});
    CHECK(folded<int64_t>(shape, {2}, ACCEL_TYPE_I64) == std::vector<int64_t>{3, 4});
    TestNode size(ACCEL_OPERATION_SIZE);
    size.operand({2, 3, 4});
    CHECK(folded<int64_t>(size, {}, ACCEL_TYPE_I64) == std::vector<int64_t>{24});
    TestNode open(ACCEL_OPERATION_SIZE);
    open.operand({2, kUnknownDim});
    CHECK_FALSE(folded<int64_t>(open, {}, ACCEL_TYPE_I64));
}

TEST_CASE("what is no whole constant is not read", "[fold]")
{
    TestNode cut(ACCEL_OPERATION_TRANSPOSE);
    cut.constant({2, 3}, ACCEL_TYPE_I32, rising(5)).result({3, 2}, ACCEL_TYPE_I32);
    CHECK_FALSE(may_fold(cut.get()));
    CHECK_FALSE(fold(cut.get(), [] {}));
    TestNode parts(ACCEL_OPERATION_TRANSPOSE);
    parts.constant({2, 2}, ACCEL_TYPE_I4, std::vector<uint8_t>{1, 2}).result({2, 2}, ACCEL_TYPE_I4);
    CHECK(may_fold(parts.get()));
    CHECK_FALSE(fold(parts.get(), [] {}));  // elements that are no whole bytes stay where they are
    TestNode ended(ACCEL_OPERATION_TRANSPOSE);
    ended.constant({1 << 10, 1 << 9}, ACCEL_TYPE_I8, std::vector<int8_t>(1 << 19)).result({1 << 9, 1 << 10}, ACCEL_TYPE_I8);
    struct Enough {};
    CHECK_THROWS_AS(fold(ended.get(), [] { throw Enough(); }), Enough);
}
