// SPDX-License-Identifier: MIT
// How a case ended.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace accel::conformance {

enum class Verdict { Pass,
                     Fail,
                     Skip,
                     Crash,
                     Timeout,
                     Error };

constexpr std::string_view name(Verdict verdict)
{
    constexpr std::string_view kNames[] = {"pass", "fail", "skip", "crash", "timeout", "error"};
    return kNames[static_cast<int>(verdict)];
}
constexpr bool is_bad(Verdict verdict) { return verdict != Verdict::Pass && verdict != Verdict::Skip; }

/// Stands before values that are a sentence by themselves, where an assertion is written out.
inline constexpr char kSentence = 2;

/// What the device itself answered about an operation that it does not take.
struct Refusal {
    std::string operation;  ///< "LeakyRelu"
    uint32_t reason = 0;    ///< enum accel_reason
    std::string text;       ///< the sentence of the device's answer
};

/// One line of the record.
struct Result {
    std::string id;
    std::string rule;
    Verdict verdict = Verdict::Error;
    double seconds = 0;
    std::string message;                 ///< failed expression with place, reason of a skip, signal of a crash
    std::string key;                     ///< of a skip: the capability that is not claimed
    std::vector<Refusal> refusals = {};  ///< of a skip with the key "program": what the device refused when it was asked
};

}  // namespace accel::conformance
