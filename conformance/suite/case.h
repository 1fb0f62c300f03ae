// SPDX-License-Identifier: MIT
// What a hand-written case includes: Catch2's assertions, and ACCEL_CASE to write one.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "registry.h"

#define ACCEL_CASE_JOIN2(a, b) a##b
#define ACCEL_CASE_JOIN(a, b) ACCEL_CASE_JOIN2(a, b)

/// ACCEL_CASE("queue.order.chain", "Q-2", "submissions of one queue take effect in order") { body with CHECK and REQUIRE }
/// A fourth argument is the time limit in seconds. The body makes a Room (support/room.h) to reach the device under test.
#define ACCEL_CASE(id, rule, ...)                                                                               \
    static const ::accel::conformance::Registrar ACCEL_CASE_JOIN(accel_case_, __LINE__){id, rule, __VA_ARGS__}; \
    TEST_CASE(id, "[" rule "]")
