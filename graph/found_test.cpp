// SPDX-License-Identifier: MIT
// What is found in values, what is sampled at places, and bits that are read as another type: shapes and folds.
#include <catch2/catch_test_macros.hpp>

#include <limits>

#include "test_node.h"

using namespace accel::graph;
using accel::graph::testing::TestNode;

namespace {

using Ints = std::vector<int64_t>;

std::optional<Ints> numbers(TestNode &node, Shape shape)
{
    node.set_result(std::move(shape), ACCEL_TYPE_I64);
    const auto bytes = fold(node.get(), [] {});
    if (!bytes) return std::nullopt;
    Ints values(bytes->size() / sizeof(int64_t));
    if (!values.empty()) std::memcpy(values.data(), bytes->data(), bytes->size());
    return values;
}

/// Three boxes, of which the second lies half over the first and the third elsewhere; two classes.
TestNode boxes(Ints most, std::optional<float> shared = std::nullopt, std::optional<float> score = std::nullopt)
{
    TestNode node(ACCEL_OPERATION_NON_MAX_SUPPRESSION);
    node.constant<float>({1, 3, 4}, ACCEL_TYPE_F32, {0, 0, 2, 2, 2, 3, 0, 1, 5, 5, 6, 6});
    node.constant<float>({1, 2, 3}, ACCEL_TYPE_F32, {0.5f, 0.75f, 0.25f, 0.5f, 0.5f, 1});
    node.list(std::move(most));
    shared ? node.constant<float>({}, ACCEL_TYPE_F32, {*shared}) : node.absent();
    if (score) node.constant<float>({1}, ACCEL_TYPE_F32, {*score});
    return node;
}

}  // namespace

TEST_CASE("places of what is not 0 are found row by row", "[fold][rules]")
{
    TestNode node(ACCEL_OPERATION_NON_ZERO);
    node.constant<float>({2, 3}, ACCEL_TYPE_F32, {0, 1, -0.0f, std::numeric_limits<float>::quiet_NaN(), 0, -2});
    CHECK(node.result().shapes() == "[2,3]");
    CHECK(numbers(node, {2, 3}) == Ints{0, 1, 1, 1, 0, 2});
    TestNode halves(ACCEL_OPERATION_NON_ZERO), none(ACCEL_OPERATION_NON_ZERO);
    halves.constant<uint16_t>({4}, ACCEL_TYPE_F16, {0x8000, 1, 0, 0x3c00});
    CHECK(numbers(halves, {1, 2}) == Ints{1, 3});
    none.constant<uint8_t>({3}, ACCEL_TYPE_BOOL, {0, 0, 0});
    CHECK(none.result().shapes() == "[1,0]");
    CHECK(numbers(none, {1, 0}) == Ints{});
    CHECK(TestNode(ACCEL_OPERATION_NON_ZERO).operand({2, 3}).result().shapes() == "[2,?]");
    CHECK(TestNode(ACCEL_OPERATION_NON_ZERO).operand({}).result().shapes() == "operand 't0' has shape [], which has no axes and so no places");
}

TEST_CASE("boxes are kept that overlap none which was kept before", "[fold][rules]")
{
    auto all = boxes({3}, 0.5f), apart = boxes({3}, 0.25f), one = boxes({1}, 0.5f), sure = boxes({3}, 0.25f, 0.5f), unsaid = boxes({3});
    CHECK(all.result().shapes() == "[6,3]");
    // Both share 2 of 6.
    CHECK(numbers(all, {6, 3}) == Ints{0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 1, 2, 0, 1, 0, 0, 1, 1});
    CHECK(numbers(apart, {4, 3}) == Ints{0, 0, 1, 0, 0, 2, 0, 1, 2, 0, 1, 0});
    CHECK(numbers(one, {2, 3}) == Ints{0, 0, 1, 0, 1, 2});
    CHECK(numbers(sure, {2, 3}) == Ints{0, 0, 1, 0, 1, 2});
    CHECK(numbers(unsaid, {4, 3}) == Ints{0, 0, 1, 0, 0, 2, 0, 1, 2, 0, 1, 0});
    TestNode open(ACCEL_OPERATION_NON_MAX_SUPPRESSION);
    open.operand({1, 3, 4}).operand({1, 2, 3}).list({3}).result();
    CHECK(open.shapes() == "[?,3]");
    TestNode few(ACCEL_OPERATION_NON_MAX_SUPPRESSION);
    few.operand({1, 3, 4}).operand({1, 2, 4}).result();
    CHECK(few.shapes() == "operand 't1' has shape [1,2,4], expected a score for each box of each batch; operand 't0' has shape [1,3,4]");
}

TEST_CASE("boxes may be said by their middles", "[fold]")
{
    TestNode node(ACCEL_OPERATION_NON_MAX_SUPPRESSION);
    node.constant<float>({1, 2, 4}, ACCEL_TYPE_F32, {1, 1, 2, 2, 2, 1, 2, 2}).constant<float>({1, 1, 2}, ACCEL_TYPE_F32, {1, 2}).list({2});
    node.constant<float>({}, ACCEL_TYPE_F32, {0.5f}).ints(ACCEL_ATTRIBUTE_CENTER_POINT_BOX, {1});
    CHECK(numbers(node, {2, 3}) == Ints{0, 0, 1, 0, 0, 0});
}

TEST_CASE("bits are read as another type of as many", "[fold][rules]")
{
    TestNode node(ACCEL_OPERATION_BIT_CAST);
    node.constant<double>({2}, ACCEL_TYPE_F64, {1, -0.0}).ints(ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_I64});
    CHECK(node.result({}, ACCEL_TYPE_I64).shapes() == "[2]");
    CHECK(numbers(node, {2}) == Ints{0x3ff0000000000000, std::numeric_limits<int64_t>::min()});
    CHECK(TestNode(ACCEL_OPERATION_BIT_CAST).operand({2}).ints(ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_I16}).result().shapes() == "to is a type of 16 bits, expected one of 32");
}

TEST_CASE("a grid says where an image is sampled", "[rules]")
{
    const auto sampled = [](Shape x, Shape grid, std::string mode = "cubic", std::string padding = "border") {
        TestNode node(ACCEL_OPERATION_GRID_SAMPLE);
        return node.operand(std::move(x)).operand(std::move(grid)).result().string(ACCEL_ATTRIBUTE_MODE, std::move(mode)).string(ACCEL_ATTRIBUTE_PADDING_MODE, std::move(padding)).shapes();
    };
    CHECK(sampled({2, 3, 5, 6}, {2, 7, 8, 2}) == "[2,3,7,8]");
    CHECK(sampled({2, 3, 4, 5, 6}, {2, 1, 7, 8, 3}) == "[2,3,1,7,8]");
    CHECK(sampled({2, 3, 5, 6}, {1, 7, 8, 2}) == "operand 't1' has shape [1,7,8,2], expected as many batches as the other; operand 't0' has shape [2,3,5,6]");
    CHECK(sampled({2, 3, 5, 6}, {2, 7, 8, 3}) == "operand 't1' has shape [2,7,8,3], expected 2 coordinates for each position");
    CHECK(sampled({2, 3, 5, 6}, {2, 7, 8, 2}, "bicubic") == "mode is 'bicubic', expected linear, nearest or cubic");
    CHECK(sampled({2, 3, 5, 6}, {2, 7, 8, 2}, "linear", "wrap") == "padding_mode is 'wrap', expected zeros, border or reflection");
}

TEST_CASE("products run along an axis as sums do, and reals of 16 bits are numbers of others", "[fold]")
{
    const auto products = [](int64_t axis, int64_t exclusive, int64_t reverse) {
        TestNode node(ACCEL_OPERATION_CUM_PROD);
        node.constant<int64_t>({2, 3}, ACCEL_TYPE_I64, {1, 2, 3, 4, 5, 6}).list({axis}).ints(ACCEL_ATTRIBUTE_EXCLUSIVE, {exclusive}).ints(ACCEL_ATTRIBUTE_REVERSE, {reverse});
        return numbers(node, {2, 3});
    };
    CHECK(products(1, 0, 0) == Ints{1, 2, 6, 4, 20, 120});
    CHECK(products(-1, 1, 0) == Ints{1, 1, 2, 1, 4, 20});
    CHECK(products(1, 0, 1) == Ints{6, 6, 3, 120, 30, 6});
    CHECK(products(0, 1, 1) == Ints{4, 5, 6, 1, 1, 1});
    TestNode cast(ACCEL_OPERATION_CAST);
    cast.constant<uint16_t>({3}, ACCEL_TYPE_F16, {0x3e00, 0xc500, 0x7c00}).ints(ACCEL_ATTRIBUTE_TO, {ACCEL_TYPE_I64});
    CHECK(numbers(cast, {3}) == Ints{1, -5, std::numeric_limits<int64_t>::max()});
    const auto narrowed = [](const std::vector<double> &values, accel_type type) {
        TestNode node(ACCEL_OPERATION_CAST);
        const auto count = static_cast<int64_t>(values.size());
        node.constant<double>({count}, ACCEL_TYPE_F64, values).ints(ACCEL_ATTRIBUTE_TO, {type}).set_result({count}, type);
        const auto bytes = fold(node.get(), [] {});
        std::vector<uint16_t> bits(bytes ? bytes->size() / 2 : 0);
        if (!bits.empty()) std::memcpy(bits.data(), bytes->data(), bytes->size());
        return bits;
    };
    // Halves to even, what rounds up to the next exponent, subnormal numbers, and what is too large.
    CHECK(narrowed({1, -2.5, 2049, 2051, 4095.9, 65519, 65520, 0x1p-24, 0x1p-25, 0x1.8p-25, -0.0}, ACCEL_TYPE_F16) ==
          std::vector<uint16_t>{0x3c00, 0xc100, 0x6800, 0x6802, 0x6c00, 0x7bff, 0x7c00, 1, 0, 1, 0x8000});
    CHECK(narrowed({1, 257, 259, 0x1.ffp127, 0x1p-133, -std::numeric_limits<double>::infinity()}, ACCEL_TYPE_BF16) == std::vector<uint16_t>{0x3f80, 0x4380, 0x4382, 0x7f80, 1, 0xff80});
    CHECK(narrowed({std::numeric_limits<double>::quiet_NaN()}, ACCEL_TYPE_F16).empty());
}
