// SPDX-License-Identifier: MIT
// The list of cases, and patterns that choose from it.
#include "registry.h"

#include <algorithm>

namespace accel::conformance {
namespace {

std::vector<CaseInfo> &storage()
{
    static std::vector<CaseInfo> cases;
    return cases;
}

bool wildcard(std::string_view text, std::string_view pattern)
{
    if (pattern.empty()) return text.empty();
    if (pattern.front() == '*') return wildcard(text, pattern.substr(1)) || (!text.empty() && wildcard(text.substr(1), pattern));
    return !text.empty() && text.front() == pattern.front() && wildcard(text.substr(1), pattern.substr(1));
}

}  // namespace

Registrar::Registrar(std::string_view id, std::string_view rule, std::string_view sentence, unsigned limit_s)
{
    storage().push_back({id, rule, sentence, limit_s});
}

std::vector<CaseInfo> all_cases()
{
    auto cases = storage();
    std::sort(cases.begin(), cases.end(), [](const CaseInfo &a, const CaseInfo &b) { return a.id < b.id; });
    return cases;
}

bool names(std::string_view id, std::string_view pattern) { return wildcard(id, pattern); }

bool matches(const CaseInfo &info, std::string_view pattern)
{
    return info.rule == pattern || wildcard(info.id, pattern) || info.chapter() == pattern || info.group() == pattern;
}

}  // namespace accel::conformance
