// SPDX-License-Identifier: MIT
// Reads a list of expected skips, and objects to what differs from it.
#include "skip_list.h"

#include <absl/strings/str_split.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace accel::conformance {
namespace {

[[noreturn]] void refuse(const std::string &path) { throw std::runtime_error("cannot read " + path + "; give a file with one case id a line"); }

}  // namespace

SkipList::SkipList(const std::string &path, const std::vector<CaseInfo> &known) : path_(path)
{
    std::ifstream file(path);
    if (!file) refuse(path);
    for (std::string line; std::getline(file, line);) {
        const std::vector<std::string> words = absl::StrSplit(line.substr(0, line.find('#')), absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
        if (words.empty()) continue;
        const std::string &id = words.front();
        const size_t before = ids_.size();
        bool any = false;
        for (const auto &info : known) {
            if (!names(info.id, id)) continue;
            ids_.insert(std::string(info.id));
            any = true;
        }
        if (!any) throw std::runtime_error(path + " names the case '" + id + "', which does not exist; `accel-conformance list` shows them");
        if (ids_.size() == before) throw std::runtime_error(path + " names '" + id + "' twice; take one line out");
    }
    if (file.bad()) refuse(path);
}

std::string SkipList::objection(std::string_view id, bool skipped) const
{
    if (path_.empty() || skipped == (ids_.count(id) > 0)) return "";
    return skipped ? "skipped, which " + path_ + " does not expect: " : "passed, although " + path_ + " expects a skip: take it out of the list";
}

}  // namespace accel::conformance
