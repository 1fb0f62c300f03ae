// SPDX-License-Identifier: MIT
// The record of a run: JSON Lines. Everything that people or other programs read is made from it.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "skip_list.h"
#include "target.h"
#include "verdict.h"

namespace accel::conformance {

struct Counts {
    unsigned pass = 0, fail = 0, skip = 0;
    void add(Verdict verdict)
    {
        if (verdict == Verdict::Pass) ++pass;
        else if (verdict == Verdict::Skip) ++skip;
        else ++fail;
    }
    unsigned total() const { return pass + fail + skip; }
};

/// Facts about the device under test, as the library tells them; an "error" member when it cannot be reached.
nlohmann::json device_facts(const Target &target);

class Record {
public:
    /// Throws std::runtime_error when the file cannot be written, as add and close do; nothing is left of it then.
    Record(const std::string &path, const Target &target, size_t planned, SkipList expected_skips = {});
    /// A skip whose capability the device claims, whose key is unknown, or that is not expected, is recorded as a failure; so is an expected one that passes.
    void add(Result result);
    /// Chapters in which nothing was executed although cases were chosen: a run that skips everything proves nothing.
    std::vector<std::string> hollow_chapters() const;
    /// Writes the closing line and gives the file its name: a record that is cut must not look whole.
    void close();
    const Counts &counts() const { return counts_; }
    const std::vector<Result> &results() const { return results_; }

private:
    void line(const nlohmann::json &json);
    std::ofstream file_;
    std::string path_;
    nlohmann::json facts_;
    SkipList expected_skips_;
    Counts counts_;
    std::vector<Result> results_;
};

/// KTAP version 1, nested by chapter.
std::string to_ktap(const std::vector<Result> &results);
/// A table of chapters, then every case that did not pass with its rule, sentence and cause.
std::string to_summary(const std::vector<Result> &results);

}  // namespace accel::conformance
