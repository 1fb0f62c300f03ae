// SPDX-License-Identifier: MIT
// Every case that exists, with what the suite must know before it runs one.
#pragma once

#include <string_view>
#include <vector>

namespace accel::conformance {

struct CaseInfo {
    std::string_view id;        ///< chapter.group.case, lower case, dashes inside words
    std::string_view rule;      ///< number in docs/contract.md
    std::string_view sentence;  ///< what holds when it passes; it can be false
    unsigned limit_s;           ///< the watchdog ends it after this long

    std::string_view chapter() const { return id.substr(0, id.find('.')); }
    /// Cases of one group share a process.
    std::string_view group() const { return id.substr(0, id.find('.', id.find('.') + 1)); }
};

/// All cases, sorted by id.
std::vector<CaseInfo> all_cases();
/// Does a shell-like pattern (only * is special) match the id or the rule?
bool matches(const CaseInfo &info, std::string_view pattern);

/// Does a shell-like pattern match the id alone?
bool names(std::string_view id, std::string_view pattern);

class Registrar {
public:
    Registrar(std::string_view id, std::string_view rule, std::string_view sentence, unsigned limit_s = 20);
};

}  // namespace accel::conformance
