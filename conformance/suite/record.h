// SPDX-License-Identifier: MIT
// The record of a run: JSON Lines. Everything that people or other programs read is made from it.
#pragma once

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "interview.h"
#include "registry.h"
#include "skip_list.h"
#include "verdict.h"

namespace accel::conformance {

struct Counts {
    unsigned pass = 0, fail = 0, skip = 0;
    void add(Verdict verdict)
    {
        if (verdict == Verdict::Pass)
            ++pass;
        else if (verdict == Verdict::Skip)
            ++skip;
        else
            ++fail;
    }
    unsigned total() const { return pass + fail + skip; }
};

/// What a run is about: suite, machine, module, device, seed and cases. Two runs are one run when all of it is equal but the time.
nlohmann::json run_header(const Target &target, const Interview &interview, const std::vector<CaseInfo> &cases);

/// What a run that was cut short left under the temporary name of its record.
struct Remainder {
    nlohmann::json header;  ///< null: there is none
    std::vector<Result> results;
    std::map<std::string, unsigned> begun;  ///< by id: how often a case without a result was begun
    std::string notice;                     ///< what the run does otherwise than to go on where the other ended; "": nothing
};
/// Of the record that is to become `path`. A last line that was cut is left out, and so is all from a damaged line on, which the notice tells. Throws std::runtime_error when a file is there that is no record.
Remainder read_remainder(const std::string &path);

class Record {
public:
    /// path "": nothing is written. Throws std::runtime_error when the file cannot be written, as begin, add and close do; nothing is left of it then.
    Record(const std::string &path, nlohmann::json header, SkipList expected_skips = {});
    /// Takes over what a run that was cut short has found.
    void take(const Remainder &remainder);
    /// A case begins: should the run end before it does, that is known.
    void begin(const CaseInfo &info);
    /// A skip whose capability the device claims, whose key is unknown, or that is not expected, is recorded as a failure; so is an expected one that passes.
    void add(Result result);
    /// Chapters in which nothing was executed although cases were chosen: a run that skips everything proves nothing.
    std::vector<std::string> hollow_chapters() const;
    /// One sentence for each operation that the device claims although no case of it passed. A case that was not chosen, and one that failed, are no matter of these.
    std::vector<std::string> unproved_claims(const std::map<std::string, SubjectClaim> &claims) const;
    /// Writes the closing line and gives the file its name: a record that is cut must not look whole.
    void close(const std::vector<std::string> &objections = {});
    const Counts &counts() const { return counts_; }
    const std::vector<Result> &results() const { return results_; }

private:
    void keep(Result result);
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
