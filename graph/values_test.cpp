// SPDX-License-Identifier: MIT
// Tests of value operands and of axes.
#include <accel/graph/values.h>

#include <catch2/catch_test_macros.hpp>

using namespace accel::graph;
using Ints = std::vector<int64_t>;

namespace {

template <class T> Values values(accel_type type, const std::vector<T> &list, uint32_t rank = 1) { return {type, rank, list.data(), list.size() * sizeof(T)}; }

}  // namespace

TEST_CASE("lists of integers have two types", "[values]")
{
    CHECK(read_integers(values<int64_t>(ACCEL_TYPE_I64, {3, -1, INT64_MIN}), nullptr) == Ints{3, -1, INT64_MIN});
    CHECK(read_integers(values<int32_t>(ACCEL_TYPE_I32, {3, -1, INT32_MIN}), nullptr) == Ints{3, -1, INT32_MIN});
    CHECK(read_integers(values<int64_t>(ACCEL_TYPE_I64, {7}, 0), nullptr) == Ints{7});
    const int64_t nothing = 0;
    CHECK(read_integers({ACCEL_TYPE_I64, 1, &nothing, 0}, nullptr) == Ints{});
    // At any byte.
    std::vector<char> bytes(1 + sizeof(int64_t));
    bytes[1] = 5;
    CHECK(read_integers({ACCEL_TYPE_I64, 1, bytes.data() + 1, sizeof(int64_t)}, nullptr) == Ints{5});
}

TEST_CASE("what cannot be read tells why, in a module's words", "[values]")
{
    const std::vector<int64_t> many(kMaxValues + 1), one(1);
    const std::vector<float> two(2);
    const auto refused = [](const Values &values, bool real, Unreadable expected) {
        Unreadable why;
        CHECK_FALSE((real ? read_real(values, &why).has_value() : read_integers(values, &why).has_value()));
        CHECK(why.reason == expected.reason);
        CHECK(why.given == expected.given);
        CHECK(why.expected == expected.expected);
    };
    refused({ACCEL_TYPE_I64, 1, nullptr, 0}, false, {ACCEL_REASON_CONSTANT, 0, 0});
    refused({ACCEL_TYPE_F32, 0, nullptr, 0}, true, {ACCEL_REASON_CONSTANT, 0, 0});
    refused(values(ACCEL_TYPE_F32, two), false, {ACCEL_REASON_TYPE, ACCEL_TYPE_F32, ACCEL_TYPE_I64});
    refused(values(ACCEL_TYPE_I64, one), true, {ACCEL_REASON_TYPE, ACCEL_TYPE_I64, ACCEL_TYPE_F32});
    refused(values(ACCEL_TYPE_I64, one, 2), false, {ACCEL_REASON_RANK, 2, 1});
    refused(values(ACCEL_TYPE_I64, many), false, {ACCEL_REASON_SIZE, kMaxValues + 1, kMaxValues});
    refused(values(ACCEL_TYPE_F32, two), true, {ACCEL_REASON_SIZE, 2, 1});
    const float half = 0.5f;
    CHECK(read_real({ACCEL_TYPE_F32, 0, &half, sizeof half}, nullptr) == 0.5f);
}

TEST_CASE("axes ascend and count from the begin", "[values]")
{
    std::string why;
    CHECK(ascending_axes(Ints{-1, 0}, 3, &why) == Ints{0, 2});
    CHECK(ascending_axes(Ints{}, 0, &why) == Ints{});
    CHECK_FALSE(ascending_axes(Ints{3}, 3, &why));
    CHECK(why == "axis 3 lies outside of rank 3");
    CHECK_FALSE(ascending_axes(Ints{INT64_MIN}, 3, &why));
    CHECK_FALSE(ascending_axes(Ints{1, -2}, 3, &why));
    CHECK(why == "axis 1 is given twice");
}
