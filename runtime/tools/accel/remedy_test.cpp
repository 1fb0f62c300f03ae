// SPDX-License-Identifier: MIT
#include "remedy.h"

#include <catch2/catch_test_macros.hpp>
#include <string>

using accel::tool::remedy_of;

TEST_CASE("a failure that the tool does not foresee still has a remedy")
{
    const auto has = [](accel_status status, const char *part) { return std::string(remedy_of(status)).find(part) != std::string::npos; };
    CHECK(has(ACCEL_STATUS_UNSUPPORTED, "inspect MODEL --support"));
    CHECK(has(ACCEL_STATUS_INVALID_ARGUMENT, "correct"));
    CHECK(has(ACCEL_STATUS_INCOMPATIBLE, "one release"));
    CHECK(has(ACCEL_STATUS_OUT_OF_MEMORY, "smaller model"));
    CHECK(has(ACCEL_STATUS_BUSY, "wait for other programs"));
    CHECK(has(ACCEL_STATUS_DEVICE_LOST, "accel doctor"));
}
