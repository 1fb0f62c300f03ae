// SPDX-License-Identifier: MIT
// Tests of folding: where elements go, what is computed, what is left alone.
#include <catch2/catch_test_macros.hpp>

#include <cmath>
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
    CHECK(pair(ACCEL_OPERATION_MAX, -7, 2) == std::vector<int32_t>{2});
    CHECK(pair(ACCEL_OPERATION_MIN, -7, 2) == std::vector<int32_t>{-7});
    CHECK_FALSE(pair(ACCEL_OPERATION_DIV, 1, 0));
    CHECK_FALSE(pair(ACCEL_OPERATION_DIV, least, -1));
    // As large as the weights of a table of words that are scaled; beyond that a device does it.
    const std::vector<int32_t> row(4097), column(4096);
    TestNode most(ACCEL_OPERATION_ADD), large(ACCEL_OPERATION_ADD);
    most.constant({4096}, ACCEL_TYPE_I32, column).constant({4096, 1}, ACCEL_TYPE_I32, column).result({4096, 4096}, ACCEL_TYPE_I32);
    CHECK(may_fold(most.get()));
    large.constant({4097}, ACCEL_TYPE_I32, row).constant({4096, 1}, ACCEL_TYPE_I32, column).result({4096, 4097}, ACCEL_TYPE_I32);
    CHECK_FALSE(may_fold(large.get()));
    TestNode three(ACCEL_OPERATION_MAX);
    three.constant({2}, ACCEL_TYPE_I32, std::vector<int32_t>{1, 9}).constant({2}, ACCEL_TYPE_I32, std::vector<int32_t>{5, 2}).constant({}, ACCEL_TYPE_I32, std::vector<int32_t>{4});
    CHECK(words(three, {2}) == std::vector<int32_t>{5, 9});
    TestNode mixed(ACCEL_OPERATION_ADD);
    mixed.constant({1}, ACCEL_TYPE_I32, std::vector<int32_t>{1}).constant({1}, ACCEL_TYPE_I64, std::vector<int64_t>{1});
    CHECK_FALSE(words(mixed, {1}));
}

TEST_CASE("a range is counted in its own type", "[fold]")
{
    const auto range = [](uint32_t type, auto start, decltype(start) limit, decltype(start) step, Shape result) {
        using Value = decltype(start);
        TestNode node(ACCEL_OPERATION_RANGE);
        for (const Value value : {start, limit, step}) node.constant({}, type, std::vector<Value>{value});
        return folded<Value>(node, std::move(result), type);
    };
    CHECK(range(ACCEL_TYPE_I64, int64_t{7}, 0, -3, {3}) == std::vector<int64_t>{7, 4, 1});
    CHECK(range(ACCEL_TYPE_I32, int32_t{-2}, 2, 2, {2}) == std::vector<int32_t>{-2, 0});
    CHECK(range(ACCEL_TYPE_F32, 1.0f, 2.0f, 0.25f, {4}) == std::vector<float>{1, 1.25f, 1.5f, 1.75f});
    CHECK_FALSE(range(ACCEL_TYPE_I64, int64_t{7}, 0, -3, {2}));
    TestNode mixed(ACCEL_OPERATION_RANGE);
    mixed.constant({}, ACCEL_TYPE_I64, std::vector<int64_t>{0}).constant({}, ACCEL_TYPE_I64, std::vector<int64_t>{2}).constant({}, ACCEL_TYPE_I32, std::vector<int32_t>{1});
    CHECK_FALSE(folded<int64_t>(mixed, {2}, ACCEL_TYPE_I64));
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

TEST_CASE("comparisons and logic of constants are true or false", "[fold]")
{
    using Truths = std::vector<uint8_t>;
    const auto compared = [](uint32_t operation) {
        TestNode node(operation);
        node.constant<int64_t>({3}, ACCEL_TYPE_I64, {1, 2, 3}).list({2});
        return folded<uint8_t>(node, {3}, ACCEL_TYPE_BOOL);
    };
    CHECK(compared(ACCEL_OPERATION_EQUAL) == Truths{0, 1, 0});
    CHECK(compared(ACCEL_OPERATION_LESS) == Truths{1, 0, 0});
    CHECK(compared(ACCEL_OPERATION_GREATER) == Truths{0, 0, 1});
    CHECK(compared(ACCEL_OPERATION_LESS_OR_EQUAL) == Truths{1, 1, 0});
    CHECK(compared(ACCEL_OPERATION_GREATER_OR_EQUAL) == Truths{0, 1, 1});
    TestNode unordered(ACCEL_OPERATION_EQUAL);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    unordered.constant<float>({1}, ACCEL_TYPE_F32, {nan}).constant<float>({1}, ACCEL_TYPE_F32, {nan});
    CHECK(folded<uint8_t>(unordered, {1}, ACCEL_TYPE_BOOL) == Truths{0});
    const auto joined = [](uint32_t operation) {
        TestNode node(operation);
        node.constant<uint8_t>({2, 1}, ACCEL_TYPE_BOOL, {0, 1}).constant<uint8_t>({2}, ACCEL_TYPE_BOOL, {0, 1});
        return folded<uint8_t>(node, {2, 2}, ACCEL_TYPE_BOOL);
    };
    CHECK(joined(ACCEL_OPERATION_AND) == Truths{0, 0, 0, 1});
    CHECK(joined(ACCEL_OPERATION_OR) == Truths{0, 1, 1, 1});
    CHECK(joined(ACCEL_OPERATION_XOR) == Truths{0, 1, 1, 0});
    TestNode negated(ACCEL_OPERATION_NOT);
    negated.constant<uint8_t>({2}, ACCEL_TYPE_BOOL, {0, 1});
    CHECK(folded<uint8_t>(negated, {2}, ACCEL_TYPE_BOOL) == Truths{1, 0});
    TestNode truth(ACCEL_OPERATION_CAST);
    truth.constant<float>({3}, ACCEL_TYPE_F32, {0, -0.5f, nan}).ints(ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_BOOL});
    CHECK(folded<uint8_t>(truth, {3}, ACCEL_TYPE_BOOL) == Truths{0, 1, 1});
    TestNode number(ACCEL_OPERATION_CAST);
    number.constant<uint8_t>({2}, ACCEL_TYPE_BOOL, {0, 1}).ints(ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_I64});
    CHECK(folded<int64_t>(number, {2}, ACCEL_TYPE_I64) == std::vector<int64_t>{0, 1});
}

namespace {

/// One operation on two numbers of a type.
template <class Value> std::optional<Value> of_two(uint32_t operation, uint32_t type, Value a, Value b, const auto &...attribute)
{
    TestNode node(operation);
    for (const Value value : {a, b}) node.constant({}, type, std::vector<Value>{value});
    (attribute(node), ...);
    const auto values = folded<Value>(node, {}, type);
    return values ? std::optional(values->front()) : std::nullopt;
}

template <class Value> std::optional<Value> of_one(uint32_t operation, uint32_t type, Value x)
{
    TestNode node(operation);
    node.constant<Value>({}, type, {x});
    const auto values = folded<Value>(node, {}, type);
    return values ? std::optional(values->front()) : std::nullopt;
}

constexpr int64_t kLow = std::numeric_limits<int64_t>::min();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN(), kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("whole numbers of every width are computed, and wrap", "[fold]")
{
    CHECK(of_two<uint16_t>(ACCEL_OPERATION_MUL, ACCEL_TYPE_U16, 65535, 65535) == 1);
    CHECK(of_two<uint32_t>(ACCEL_OPERATION_SUB, ACCEL_TYPE_U32, 1, 2) == 0xffffffffu);
    CHECK(of_two<uint64_t>(ACCEL_OPERATION_DIV, ACCEL_TYPE_U64, ~uint64_t{0}, 2) == ~uint64_t{0} / 2);
    CHECK(of_two<int8_t>(ACCEL_OPERATION_ADD, ACCEL_TYPE_I8, 127, 1) == -128);
    CHECK(of_one<int64_t>(ACCEL_OPERATION_NEG, ACCEL_TYPE_I64, kLow) == kLow);
    CHECK(of_one<int64_t>(ACCEL_OPERATION_NEG, ACCEL_TYPE_I64, -7) == 7);
    CHECK(of_one<int32_t>(ACCEL_OPERATION_ABS, ACCEL_TYPE_I32, -7) == 7);
    CHECK(of_one<int32_t>(ACCEL_OPERATION_SIGN, ACCEL_TYPE_I32, -7) == -1);
    CHECK(of_one<uint8_t>(ACCEL_OPERATION_BITWISE_NOT, ACCEL_TYPE_U8, 0x0f) == 0xf0);
    CHECK(of_two<int32_t>(ACCEL_OPERATION_BITWISE_AND, ACCEL_TYPE_I32, 12, 10) == 8);
    CHECK(of_two<int32_t>(ACCEL_OPERATION_BITWISE_OR, ACCEL_TYPE_I32, 12, 10) == 14);
    CHECK(of_two<int32_t>(ACCEL_OPERATION_BITWISE_XOR, ACCEL_TYPE_I32, 12, 10) == 6);
    const auto left = [](TestNode &node) { node.string(ACCEL_ATTRIBUTE_DIRECTION, "LEFT"); };
    const auto right = [](TestNode &node) { node.string(ACCEL_ATTRIBUTE_DIRECTION, "RIGHT"); };
    CHECK(of_two<uint8_t>(ACCEL_OPERATION_BIT_SHIFT, ACCEL_TYPE_U8, 3, 7, left) == 128);
    CHECK(of_two<uint8_t>(ACCEL_OPERATION_BIT_SHIFT, ACCEL_TYPE_U8, 255, 7, right) == 1);
    CHECK_FALSE(of_two<uint8_t>(ACCEL_OPERATION_BIT_SHIFT, ACCEL_TYPE_U8, 1, 8, left));
    CHECK_FALSE(of_one<int32_t>(ACCEL_OPERATION_FLOOR, ACCEL_TYPE_I32, 1));  // of real numbers only
}

TEST_CASE("a remainder has the sign that the node says, a power its inverse", "[fold]")
{
    const auto mod = [](int64_t a, int64_t b) { return of_two<int64_t>(ACCEL_OPERATION_MOD, ACCEL_TYPE_I64, a, b); };
    const auto of_dividend = [](TestNode &node) { node.ints(ACCEL_ATTRIBUTE_FMOD, {1}); };
    CHECK(mod(7, -3) == -2);
    CHECK(mod(-7, 3) == 2);
    CHECK(mod(-6, 3) == 0);
    CHECK_FALSE(mod(7, 0));
    CHECK_FALSE(mod(kLow, -1));
    CHECK(of_two<int64_t>(ACCEL_OPERATION_MOD, ACCEL_TYPE_I64, -7, 3, of_dividend) == -1);
    CHECK(of_two<float>(ACCEL_OPERATION_MOD, ACCEL_TYPE_F32, -7.5f, 2.0f, of_dividend) == -1.5f);
    CHECK_FALSE(of_two<float>(ACCEL_OPERATION_MOD, ACCEL_TYPE_F32, -7.5f, 2.0f));
    const auto power = [](int64_t base, int64_t exponent) { return of_two<int64_t>(ACCEL_OPERATION_POW, ACCEL_TYPE_I64, base, exponent); };
    CHECK(power(-3, 5) == -243);
    CHECK(power(0, 0) == 1);
    CHECK(power(2, 64) == 0);
    CHECK(power(2, -1) == 0);
    CHECK(power(-1, -3) == -1);
    CHECK(power(-1, kLow) == 1);
    CHECK_FALSE(power(0, -1));
    CHECK_FALSE(of_two<float>(ACCEL_OPERATION_POW, ACCEL_TYPE_F32, 2, 3));  // devices approximate it
}

TEST_CASE("real numbers are rounded once, and what devices differ in is left to them", "[fold]")
{
    CHECK(of_one<float>(ACCEL_OPERATION_SQRT, ACCEL_TYPE_F32, 2.0f) == 1.41421354f);
    CHECK(of_one<double>(ACCEL_OPERATION_RECIPROCAL, ACCEL_TYPE_F64, 3.0) == 1.0 / 3.0);
    CHECK(of_one<float>(ACCEL_OPERATION_ROUND, ACCEL_TYPE_F32, 2.5f) == 2.0f);
    CHECK(of_one<float>(ACCEL_OPERATION_FLOOR, ACCEL_TYPE_F32, -0.5f) == -1.0f);
    CHECK(of_one<float>(ACCEL_OPERATION_CEIL, ACCEL_TYPE_F32, 0.5f) == 1.0f);
    CHECK(of_one<float>(ACCEL_OPERATION_SIGN, ACCEL_TYPE_F32, -kInfinity) == -1.0f);
    CHECK(of_two<double>(ACCEL_OPERATION_DIV, ACCEL_TYPE_F64, 1, 0) == std::numeric_limits<double>::infinity());
    CHECK(of_two<float>(ACCEL_OPERATION_MAX, ACCEL_TYPE_F32, -1, 2) == 2.0f);
    CHECK(std::isnan(of_two<float>(ACCEL_OPERATION_MAX, ACCEL_TYPE_F32, kNan, 2).value_or(0)));
    CHECK(std::isnan(of_two<float>(ACCEL_OPERATION_MIN, ACCEL_TYPE_F32, 2, kNan).value_or(0)));
    CHECK_FALSE(of_two<float>(ACCEL_OPERATION_MIN, ACCEL_TYPE_F32, 0.0f, -0.0f));
    CHECK_FALSE(of_one<float>(ACCEL_OPERATION_EXP, ACCEL_TYPE_F32, 0));
    accel_quantization scale{};
    TestNode stored(ACCEL_OPERATION_ADD);
    stored.constant<int8_t>({}, ACCEL_TYPE_I8, {1}).constant<int8_t>({}, ACCEL_TYPE_I8, {2});
    stored.tensor(1).quantization = &scale;
    CHECK_FALSE(folded<int8_t>(stored, {}, ACCEL_TYPE_I8));
    TestNode bounded(ACCEL_OPERATION_ADD);
    bounded.constant<float>({}, ACCEL_TYPE_F32, {1}).constant<float>({}, ACCEL_TYPE_F32, {2}).floats(ACCEL_ATTRIBUTE_CLAMP_MAX, {2});
    CHECK_FALSE(folded<float>(bounded, {}, ACCEL_TYPE_F32));
}

TEST_CASE("a condition chooses element by element", "[fold]")
{
    TestNode where(ACCEL_OPERATION_WHERE);
    where.constant<uint8_t>({2, 1}, ACCEL_TYPE_BOOL, {1, 0}).constant<int64_t>({2}, ACCEL_TYPE_I64, {1, 2}).constant<int64_t>({}, ACCEL_TYPE_I64, {9});
    CHECK(folded<int64_t>(where, {2, 2}, ACCEL_TYPE_I64) == std::vector<int64_t>{1, 2, 9, 9});
    TestNode mixed(ACCEL_OPERATION_WHERE);
    mixed.constant<uint8_t>({}, ACCEL_TYPE_BOOL, {1}).constant<int64_t>({}, ACCEL_TYPE_I64, {1}).constant<double>({}, ACCEL_TYPE_F64, {9});
    CHECK_FALSE(folded<int64_t>(mixed, {}, ACCEL_TYPE_I64));
}

TEST_CASE("what is cast to another's type needs no value of the other", "[fold]")
{
    TestNode like(ACCEL_OPERATION_CAST_LIKE);
    like.constant<int64_t>({2}, ACCEL_TYPE_I64, {3, -4}).operand({7}, ACCEL_TYPE_F32);
    CHECK(folded<float>(like, {2}, ACCEL_TYPE_F32) == std::vector<float>{3, -4});
    TestNode open(ACCEL_OPERATION_CAST_LIKE);
    open.operand({2}, ACCEL_TYPE_I64).constant<float>({1}, ACCEL_TYPE_F32, {0});
    CHECK_FALSE(operands_known(open.get()));
}

namespace {

template <class Value> std::optional<std::vector<Value>> reduced(uint32_t operation, uint32_t type, Shape x, const std::vector<Value> &values, Shape result, const std::vector<int64_t> &axes, int64_t keep = 1)
{
    TestNode node(operation);
    node.constant<Value>(std::move(x), type, values).list(axes).ints(ACCEL_ATTRIBUTE_KEEPDIMS, {keep});
    return folded<Value>(node, std::move(result), type);
}

}  // namespace

TEST_CASE("whole numbers are reduced along any axes", "[fold]")
{
    const std::vector<int64_t> six{1, -2, 3, 4, 5, -6};
    const auto of = [&](uint32_t operation, Shape result, const std::vector<int64_t> &axes, int64_t keep) { return reduced<int64_t>(operation, ACCEL_TYPE_I64, {2, 3}, six, std::move(result), axes, keep); };
    using Numbers = std::vector<int64_t>;
    CHECK(of(ACCEL_OPERATION_REDUCE_SUM, {2, 1}, {1}, 1) == Numbers{2, 3});
    CHECK(of(ACCEL_OPERATION_REDUCE_SUM, {3}, {0}, 0) == Numbers{5, 3, -3});
    CHECK(of(ACCEL_OPERATION_REDUCE_PROD, {}, {}, 0) == Numbers{720});
    CHECK(of(ACCEL_OPERATION_REDUCE_MAX, {2}, {-1}, 0) == Numbers{3, 5});
    CHECK(of(ACCEL_OPERATION_REDUCE_MIN, {2}, {-1}, 0) == Numbers{-2, -6});
    CHECK(of(ACCEL_OPERATION_REDUCE_L1, {2}, {1}, 0) == Numbers{6, 15});
    CHECK(of(ACCEL_OPERATION_REDUCE_SUM_SQUARE, {2}, {1}, 0) == Numbers{14, 77});
    CHECK_FALSE(of(ACCEL_OPERATION_REDUCE_SUM, {2}, {1}, 1));  // not the shape that follows
    CHECK(reduced<float>(ACCEL_OPERATION_REDUCE_MAX, ACCEL_TYPE_F32, {3}, {1, 7, 2}, {1}, {0}) == std::vector<float>{7});
    CHECK_FALSE(reduced<float>(ACCEL_OPERATION_REDUCE_MAX, ACCEL_TYPE_F32, {2}, {0.0f, -0.0f}, {1}, {0}));
    CHECK_FALSE(reduced<float>(ACCEL_OPERATION_REDUCE_SUM, ACCEL_TYPE_F32, {2}, {1, 2}, {1}, {0}));  // its order is a device's
    CHECK(reduced<uint8_t>(ACCEL_OPERATION_REDUCE_MIN, ACCEL_TYPE_BOOL, {2, 2}, {1, 0, 1, 1}, {2, 1}, {1}) == std::vector<uint8_t>{0, 1});
}

TEST_CASE("of no elements comes what changes no other", "[fold]")
{
    const auto none = [](uint32_t operation) { return reduced<float>(operation, ACCEL_TYPE_F32, {2, 0}, {}, {2, 1}, {1}); };
    CHECK(none(ACCEL_OPERATION_REDUCE_SUM) == std::vector<float>{0, 0});
    CHECK(none(ACCEL_OPERATION_REDUCE_L2) == std::vector<float>{0, 0});
    CHECK(none(ACCEL_OPERATION_REDUCE_PROD) == std::vector<float>{1, 1});
    CHECK(none(ACCEL_OPERATION_REDUCE_MAX) == std::vector<float>{-kInfinity, -kInfinity});
    CHECK(none(ACCEL_OPERATION_REDUCE_MIN) == std::vector<float>{kInfinity, kInfinity});
    CHECK(none(ACCEL_OPERATION_REDUCE_LOG_SUM_EXP) == std::vector<float>{-kInfinity, -kInfinity});
    CHECK_FALSE(none(ACCEL_OPERATION_REDUCE_MEAN));
    CHECK(reduced<int32_t>(ACCEL_OPERATION_REDUCE_MAX, ACCEL_TYPE_I32, {0}, {}, {1}, {0}) == std::vector<int32_t>{std::numeric_limits<int32_t>::min()});
    CHECK(reduced<uint8_t>(ACCEL_OPERATION_REDUCE_MAX, ACCEL_TYPE_BOOL, {0}, {}, {1}, {0}) == std::vector<uint8_t>{0});
}

TEST_CASE("sums run along an axis, from either end, with or without the place itself", "[fold]")
{
    const auto sums = [](int64_t axis, int64_t exclusive, int64_t reverse) {
        TestNode node(ACCEL_OPERATION_CUM_SUM);
        node.constant<int64_t>({2, 3}, ACCEL_TYPE_I64, {1, 2, 3, 4, 5, 6}).list({axis}).ints(ACCEL_ATTRIBUTE_EXCLUSIVE, {exclusive}).ints(ACCEL_ATTRIBUTE_REVERSE, {reverse});
        return folded<int64_t>(node, {2, 3}, ACCEL_TYPE_I64);
    };
    CHECK(sums(1, 0, 0) == std::vector<int64_t>{1, 3, 6, 4, 9, 15});
    CHECK(sums(-1, 1, 0) == std::vector<int64_t>{0, 1, 3, 0, 4, 9});
    CHECK(sums(1, 0, 1) == std::vector<int64_t>{6, 5, 3, 15, 11, 6});
    CHECK(sums(0, 1, 1) == std::vector<int64_t>{4, 5, 6, 0, 0, 0});
    TestNode real(ACCEL_OPERATION_CUM_SUM);
    real.constant<float>({2}, ACCEL_TYPE_F32, {1, 2}).list({0});
    CHECK_FALSE(folded<float>(real, {2}, ACCEL_TYPE_F32));  // its roundings are a device's
}
