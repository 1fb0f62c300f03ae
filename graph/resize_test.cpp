// SPDX-License-Identifier: MIT
// Tests of results whose sizes are scaled or given, and of lists of reals.
#include <catch2/catch_test_macros.hpp>

#include <accel/graph/reals.h>

#include <limits>

#include "test_node.h"

using namespace accel::graph;
using accel::graph::testing::TestNode;

namespace {

using Reals = std::vector<float>;

/// Nothing: absent.
TestNode &give(TestNode &node, const std::optional<Reals> &values)
{
    return values ? node.constant<float>({static_cast<int64_t>(values->size())}, ACCEL_TYPE_F32, *values) : node.absent();
}

std::string by_scales(Shape x, const Reals &scales)
{
    TestNode node(ACCEL_OPERATION_RESIZE);
    return give(node.operand(std::move(x)).absent(), scales).result().shapes();
}

}  // namespace

TEST_CASE("scales round sizes down", "[rules][resize]")
{
    CHECK(by_scales({1, 3, 5, 7}, {1, 1, 2, 0.5f}) == "[1,3,10,3]");
    CHECK(by_scales({10}, {0.7f}) == "[7]");  // in binary32, where the product is 7
    CHECK(by_scales({2}, {0.4f}) == "[0]");
    CHECK(by_scales({kUnknownDim, kUnknownDim}, {1, 2}) == "[?,?]");
    CHECK(by_scales({5}, {1, 2}) == "scales has 2 values, expected 1; operand 't0' has shape [5]");
    CHECK(by_scales({5}, {0}) == "scales has 0.000000, expected a finite number above 0");
    CHECK(by_scales({5}, {std::numeric_limits<float>::quiet_NaN()}).starts_with("scales has nan"));
    CHECK(by_scales({5}, {std::numeric_limits<float>::infinity()}).starts_with("scales has inf"));
    CHECK(by_scales({1 << 20}, {1 << 20}) == "[1099511627776]");
    CHECK(by_scales({1 << 20}, {1 << 21}).ends_with("and no size is above 1099511627776"));
    CHECK(by_scales({5}, {3e38f}).ends_with("and no size is above 1099511627776"));
    TestNode named(ACCEL_OPERATION_RESIZE);
    const uint32_t n = named.symbol("N", 1, 8);
    CHECK(give(named.operand({Dim{-1, n}, 4}).absent(), Reals{1, 1.5f}).result().shapes() == "[N,6]");
}

TEST_CASE("sizes that are given are those of the result", "[rules][resize]")
{
    const auto given = [](const std::optional<Reals> &scales, const std::vector<int64_t> &sizes) {
        TestNode node(ACCEL_OPERATION_RESIZE);
        return give(node.operand({4, 6}).absent(), scales).list(sizes).result().shapes();
    };
    CHECK(given(std::nullopt, {8, 3}) == "[8,3]");
    CHECK(given(Reals{1.5f, 1.5f}, {6, 8}) == "[6,8]");
    CHECK(given(std::nullopt, {8}) == "sizes has 1 values, expected 2");
    CHECK(given(std::nullopt, {8, -1}) == "sizes is -1, expected 0 to 1099511627776");
    CHECK(given(std::nullopt, {8, INT64_MAX}).starts_with("sizes is 9223372036854775807"));
    CHECK(TestNode(ACCEL_OPERATION_RESIZE).operand({4}).result().shapes() == "neither scales nor sizes are given");
    CHECK(TestNode(ACCEL_OPERATION_RESIZE).operand({4}).absent().operand({1}).result().shapes() == "?");  // scales that are not known yet
    CHECK(TestNode(ACCEL_OPERATION_RESIZE).operand({4}).absent().absent().operand({1}, ACCEL_TYPE_I64).result().shapes() == "?");
}

TEST_CASE("a region has a begin and an end for each axis", "[rules][resize]")
{
    const auto cropped = [](const Reals &roi, const char *coordinates) {
        TestNode node(ACCEL_OPERATION_RESIZE);
        return give(give(node.operand({4}), roi), Reals{2}).result().string(ACCEL_ATTRIBUTE_COORDINATES, coordinates).shapes();
    };
    CHECK(cropped({0, 1}, "tf_crop_and_resize") == "[8]");
    CHECK(cropped({0, 1, 2}, "tf_crop_and_resize") == "roi has 3 values, expected 2; operand 't0' has shape [4]");
    CHECK(cropped({0, std::numeric_limits<float>::infinity()}, "tf_crop_and_resize").starts_with("roi has inf"));
    CHECK(cropped({0, 1, 2}, "half_pixel") == "[8]");
}

TEST_CASE("the first ones of an axis are at most all", "[rules][resize]")
{
    const auto top = [](Shape x, const std::vector<int64_t> &k, std::vector<int64_t> axis) {
        TestNode node(ACCEL_OPERATION_TOP_K);
        return node.operand(std::move(x)).list(k).result().result({}, ACCEL_TYPE_I64).ints(ACCEL_ATTRIBUTE_AXIS, std::move(axis)).shapes();
    };
    CHECK(top({2, 5}, {3}, {1}) == "[2,3] [2,3]");
    CHECK(top({2, 5}, {0}, {0}) == "[0,5] [0,5]");
    CHECK(top({kUnknownDim, 5}, {9}, {0}) == "[9,5] [9,5]");
    CHECK(top({2, 5}, {6}, {1}) == "k is 6, expected at most 5, the size of axis 1; operand 't0' has shape [2,5]");
    CHECK(top({2, 5}, {-1}, {1}) == "k is -1, expected 0 to 1099511627776");
    CHECK(top({2, 5}, {1, 2}, {1}) == "k has 2 values, expected 1");
    CHECK(top({2, 5}, {1}, {2}) == "axis is 2, expected 0 to 1");
    CHECK(TestNode(ACCEL_OPERATION_TOP_K).operand({2, 5}).list({4}).result().result().shapes() == "[2,4] [2,4]");
    CHECK(TestNode(ACCEL_OPERATION_TOP_K).operand({2, 5}).operand({1}, ACCEL_TYPE_I64).result().result().shapes() == "? ?");
}

TEST_CASE("lists of reals are read or say why not", "[values]")
{
    const Reals held{1, 2.5f};
    const auto reason = [](const Values &values) {
        Unreadable why;
        CHECK_FALSE(read_reals(values, &why));
        return why.reason;
    };
    CHECK(read_reals({ACCEL_TYPE_F32, 1, held.data(), sizeof(float) * 2}, nullptr) == held);
    CHECK(read_reals({ACCEL_TYPE_F32, 1, held.data(), 0}, nullptr) == Reals{});
    CHECK(reason({ACCEL_TYPE_F64, 1, held.data(), 8}) == ACCEL_REASON_TYPE);
    CHECK(reason({ACCEL_TYPE_F32, 0, held.data(), 4}) == ACCEL_REASON_RANK);
    CHECK(reason({ACCEL_TYPE_F32, 2, held.data(), 4}) == ACCEL_REASON_RANK);
    CHECK(reason({ACCEL_TYPE_F32, 1, nullptr, 0}) == ACCEL_REASON_CONSTANT);
    CHECK(reason({ACCEL_TYPE_F32, 1, held.data(), 4 * (kMaxValues + 1)}) == ACCEL_REASON_SIZE);
}
