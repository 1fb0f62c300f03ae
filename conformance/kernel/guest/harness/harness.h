// SPDX-License-Identifier: MIT
//
// A list of cases that reports as KTAP, is selected and listed as IGT's subtests are, and ends with IGT's exit codes.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>

namespace accel::uapi {

inline constexpr int kExitPass = 0, kExitSkip = 77, kExitInvalid = 79, kExitFail = 98;

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct Skip : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Case {
    Case(std::string name, std::function<void()> body);  // registers itself, and stays where it is
    Case(const Case &) = delete;
    Case &operator=(const Case &) = delete;
    std::string name;
    std::function<void()> body;
    const Case *next = nullptr;
};

/// A remark in the report, under the case that runs.
void note(const std::string &text);

/// Turns the condition into a failure that says what was seen.
void require(bool condition, const std::string &what);
void require_equal(long long seen, long long expected, const std::string &what);
/// The same for errno values, which it spells out.
void require_errno(int seen, int expected, const std::string &what);

int run_cases(int argc, char **argv);

#define UAPI_CASE(identifier, name)                                       \
    static void identifier();                                             \
    static const ::accel::uapi::Case identifier##_case(name, identifier); \
    static void identifier()

}  // namespace accel::uapi
