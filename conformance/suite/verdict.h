// SPDX-License-Identifier: MIT
// How a case ended.
#pragma once

#include <string>
#include <string_view>

namespace accel::conformance {

enum class Verdict { Pass, Fail, Skip, Crash, Timeout, Error };

constexpr std::string_view name(Verdict verdict)
{
    constexpr std::string_view kNames[] = {"pass", "fail", "skip", "crash", "timeout", "error"};
    return kNames[static_cast<int>(verdict)];
}
constexpr bool is_bad(Verdict verdict) { return verdict != Verdict::Pass && verdict != Verdict::Skip; }

/// One line of the record.
struct Result {
    std::string id;
    std::string rule;
    Verdict verdict = Verdict::Error;
    double seconds = 0;
    std::string message;  ///< failed expression with place, reason of a skip, signal of a crash
    std::string key;      ///< of a skip: the capability that is not claimed
};

}  // namespace accel::conformance
