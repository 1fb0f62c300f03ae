// SPDX-License-Identifier: MIT
// Tests of elements as numbers.
#include "elements.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstring>
#include <limits>

using namespace accel::tool;

namespace {

Dense bits16(uint16_t bits)
{
    Dense dense(2);
    std::memcpy(dense.data(), &bits, 2);
    return dense;
}

}  // namespace

TEST_CASE("every f16 and bf16 that is no NaN is read and stored again as it was")
{
    for (const uint32_t type : {ACCEL_TYPE_F16, ACCEL_TYPE_BF16}) {
        size_t kept = 0;
        for (uint32_t bits = 0; bits < 1u << 16; ++bits) {
            const Dense dense = bits16(static_cast<uint16_t>(bits));
            const double value = element(type, dense, 0);
            if (std::isnan(value)) continue;
            Dense again(2);
            store_element(type, again, 0, value);
            if (again != dense) FAIL("type " << type << ", bits " << bits);
            ++kept;
        }
        CHECK(kept > 60000);
    }
}

TEST_CASE("a real between two f16 becomes the nearer one, and the even one in the middle")
{
    const auto nearest = [](double value) {
        Dense dense(2);
        store_element(ACCEL_TYPE_F16, dense, 0, value);
        return element(ACCEL_TYPE_F16, dense, 0);
    };
    CHECK(nearest(1 + 0.4 / 1024) == 1);
    CHECK(nearest(1 + 0.5 / 1024) == 1);
    CHECK(nearest(1 + 1.5 / 1024) == 1 + 2.0 / 1024);
    CHECK(nearest(2 - 0.2 / 1024) == 2);
    CHECK(nearest(1e9) == std::numeric_limits<double>::infinity());
}

TEST_CASE("the distance of integers is exact where doubles are not, and over the whole range")
{
    Dense low(8), high(8);
    store_element(ACCEL_TYPE_I64, low, 0, -9223372036854775808.0);
    const int64_t most = std::numeric_limits<int64_t>::max();
    std::memcpy(high.data(), &most, 8);
    CHECK(integer_distance(ACCEL_TYPE_I64, low, high, 0) == std::numeric_limits<uint64_t>::max());
    const int64_t nearly = most - 1;
    std::memcpy(low.data(), &nearly, 8);
    CHECK(integer_distance(ACCEL_TYPE_I64, high, low, 0) == 1);
    CHECK(numbers_of(ACCEL_TYPE_F8E5M2) == Numbers::Bits);
}
