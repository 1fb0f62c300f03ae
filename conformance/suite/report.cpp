// SPDX-License-Identifier: MIT
// KTAP and the readable summary, both made from results.
#include <absl/strings/str_format.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "record.h"
#include "registry.h"

namespace accel::conformance {
namespace {

using Chapters = std::map<std::string, std::vector<const Result *>>;

Chapters by_chapter(const std::vector<Result> &results)
{
    Chapters chapters;
    for (const auto &result : results) chapters[result.id.substr(0, result.id.find('.'))].push_back(&result);
    return chapters;
}

std::string one_line(std::string text)
{
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::replace(text.begin(), text.end(), '#', '+');
    return text;
}

std::string ktap_line(const Result &result, size_t number)
{
    std::string line = (is_bad(result.verdict) ? "not ok " : "ok ") + std::to_string(number) + " " + result.id;
    if (result.verdict == Verdict::Skip) line += " # SKIP " + one_line(result.message);
    if (result.verdict == Verdict::Timeout) line += " # TIMEOUT";
    if (result.verdict == Verdict::Crash || result.verdict == Verdict::Error) line += " # ERROR";
    return line;
}

const CaseInfo *find(const std::vector<CaseInfo> &cases, const std::string &id)
{
    const auto found = std::find_if(cases.begin(), cases.end(), [&](const CaseInfo &info) { return info.id == id; });
    return found == cases.end() ? nullptr : &*found;
}

}  // namespace

std::string to_ktap(const std::vector<Result> &results)
{
    const auto chapters = by_chapter(results);
    std::ostringstream out;
    out << "KTAP version 1\n1.." << chapters.size() << "\n";
    size_t chapter_number = 0;
    for (const auto &[chapter, cases] : chapters) {
        out << "    KTAP version 1\n    1.." << cases.size() << "\n";
        bool ok = true;
        for (size_t index = 0; index < cases.size(); ++index) {
            if (is_bad(cases[index]->verdict)) {
                ok = false;
                out << "    # " << cases[index]->rule << ": " << one_line(cases[index]->message) << "\n";
            }
            out << "    " << ktap_line(*cases[index], index + 1) << "\n";
        }
        out << (ok ? "ok " : "not ok ") << ++chapter_number << " " << chapter << "\n";
    }
    return out.str();
}

std::string to_summary(const std::vector<Result> &results)
{
    std::ostringstream out;
    out << absl::StrFormat("%-14s%6s%6s%6s\n", "chapter", "pass", "fail", "skip");
    for (const auto &[chapter, cases] : by_chapter(results)) {
        Counts counts;
        for (const auto *result : cases) counts.add(result->verdict);
        out << absl::StrFormat("%-14s%6d%6d%6d\n", chapter, counts.pass, counts.fail, counts.skip);
    }
    const auto cases = all_cases();
    for (const auto &result : results) {
        if (result.verdict == Verdict::Pass) continue;
        const CaseInfo *info = find(cases, result.id);
        out << "\n"
            << name(result.verdict) << "  " << result.id << "  [" << result.rule << "] " << (info ? info->sentence : "") << "\n      " << result.message
            << "\n";
    }
    return out.str();
}

}  // namespace accel::conformance
