// SPDX-License-Identifier: MIT
// Tests of comparing tensors.
#include "comparison.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "elements.h"

using namespace accel::tool;

namespace {

Dense dense(uint32_t type, const std::vector<double> &values)
{
    Dense bytes(values.size() * element_bytes(type));
    for (size_t index = 0; index < values.size(); ++index) store_element(type, bytes, index, values[index]);
    return bytes;
}

Difference apart(uint32_t type, const std::vector<double> &a, const std::vector<double> &b, const Tolerance &tolerance) { return compare(type, dense(type, a), dense(type, b), tolerance); }

}  // namespace

TEST_CASE("reals agree within the sum of both tolerances, and the report has the largest errors of all")
{
    const Difference difference = apart(ACCEL_TYPE_F64, {100, 1, 0}, {101, 1.5, 0.25}, {0.25, 0.01, 0});
    CHECK(difference.count == 3);
    CHECK(difference.differ == 1);
    CHECK(difference.first == 1);
    CHECK(difference.first_a == 1);
    CHECK(difference.first_b == 1.5);
    CHECK(difference.absolute_max == 1);
    CHECK(difference.relative_max == 1);
}

TEST_CASE("NaN agrees with NaN alone, and an infinity with itself")
{
    CHECK(apart(ACCEL_TYPE_F32, {NAN, INFINITY}, {NAN, INFINITY}, {}).equal());
    const Difference difference = apart(ACCEL_TYPE_F32, {1, NAN, INFINITY}, {NAN, 1, -INFINITY}, {1e9, 1e9, 0});
    CHECK(difference.differ == 3);
    CHECK(std::isinf(difference.absolute_max));
}

TEST_CASE("integers agree in every bit unless steps are given, whatever the tolerance of reals")
{
    CHECK(apart(ACCEL_TYPE_I8, {1, -128}, {2, 127}, {1e9, 1e9, 0}).differ == 2);
    const Difference difference = apart(ACCEL_TYPE_I8, {1, -128}, {2, 127}, {0, 0, 1});
    CHECK(difference.differ == 1);
    CHECK(difference.first == 1);
    CHECK(difference.absolute_max == 255);
}

TEST_CASE("types without a C++ number are told apart by their bits")
{
    const Dense a{1, 2, 3}, b{1, 2, 4};
    CHECK(compare(ACCEL_TYPE_F8E4M3FN, a, b, {}).first == 2);
    CHECK(compare(ACCEL_TYPE_F8E4M3FN, a, a, {}).equal());
}

TEST_CASE("what is not given is the type's tolerance")
{
    ToleranceOptions options;
    CHECK(options.of(ACCEL_TYPE_F16).relative > options.of(ACCEL_TYPE_F32).relative);
    CHECK(options.of(ACCEL_TYPE_F32).relative > options.of(ACCEL_TYPE_F64).relative);
    options.relative = 0.5;
    CHECK(options.of(ACCEL_TYPE_F64).relative == 0.5);
    CHECK(options.of(ACCEL_TYPE_F64).absolute == ToleranceOptions{}.of(ACCEL_TYPE_F64).absolute);
}

TEST_CASE("a place is told by its indices")
{
    CHECK(place_text(0, {}) == "[]");
    CHECK(place_text(23, {2, 3, 4}) == "[1,2,3]");
}
