// SPDX-License-Identifier: MIT
// The cases that a device is known to skip. A device that loses an operation would skip more, and look no worse.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "registry.h"

namespace accel::conformance {

class SkipList {
public:
    /// Nothing is known: every skip with a proved reason is accepted.
    SkipList() = default;
    /// One case id, or pattern with *, a line; '#' begins a comment. Throws std::runtime_error with a sentence when the file cannot be read, or a line names no known case or nothing new.
    SkipList(const std::string &path, const std::vector<CaseInfo> &known);
    /// "" if a case may end so, else the sentence that says what is wrong.
    std::string objection(std::string_view id, bool skipped) const;

private:
    std::string path_;
    std::set<std::string, std::less<>> ids_;
};

}  // namespace accel::conformance
