// SPDX-License-Identifier: MIT
// Statuses in assertions, by name.
#pragma once

#include <accel/accel.hpp>

#include <chrono>
#include <initializer_list>
#include <string>

#include "expected.h"
#include "status_of.h"

namespace accel::conformance {

inline std::string name_of(accel_status status) { return accel_status_name(status); }

/// A call may answer one or another.
inline Comparison one_of(accel_status status, std::initializer_list<accel_status> expected)
{
    std::string names;
    for (const accel_status candidate : expected) {
        if (candidate == status) return Comparison();
        names += (names.empty() ? "" : " or ") + name_of(candidate);
    }
    return Comparison("the answer is " + name_of(status) + ", expected " + names);
}

/// Seconds since it was made.
class Stopwatch {
public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

constexpr uint64_t kMillisecond = 1'000'000;
constexpr uint64_t kSecond = 1'000'000'000;
/// Longer than any work in the suite; a wait that needs more is a failure.
constexpr uint64_t kLong = 15 * kSecond;

}  // namespace accel::conformance

#define CHECK_STATUS(expression, expected) CHECK(::accel::conformance::name_of(expression) == ::accel::conformance::name_of(expected))
#define REQUIRE_STATUS(expression, expected) REQUIRE(::accel::conformance::name_of(expression) == ::accel::conformance::name_of(expected))
/// The call fails with that status and leaves a sentence.
#define CHECK_REFUSED(expression, expected)                    \
    do {                                                       \
        CHECK_STATUS(expression, expected);                    \
        CHECK(std::string(accel_last_error()->message) != ""); \
    } while (false)
