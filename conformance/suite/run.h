// SPDX-License-Identifier: MIT
// The command `run`: cases in their processes, the record, and the verdict on the whole.
#pragma once

#include <string>
#include <vector>

#include "registry.h"
#include "target.h"

namespace accel::conformance {

// Exit codes as IGT has them, so that DRM CI's runners understand: success, skip, invalid, failure, and that the suite itself could not do its work.
enum Exit { kPass = 0,
            kSkip = 77,
            kInvalid = 79,
            kFail = 98,
            kBroken = 112 };

/// What --help says of them.
constexpr const char *kExitCodes =
    "Exit codes: 0 all passed (some may have been skipped), 77 all were skipped, 79 wrong usage or no such device,\n"
    "98 a case failed, a chapter was empty or a claim was not proved, 112 the suite itself could not do its work.";

struct RunOptions {
    std::vector<std::string> patterns;  ///< none: all cases
    std::string out;                    ///< folder; "": nothing is written
    std::string expected_skips;         ///< file; "": none
    bool ktap = false, quiet = false, resume = false;
    bool seed_given = false;  ///< else a run that goes on takes the seed that it began with
};

/// The cases that one of the patterns chooses; all when there is none.
std::vector<CaseInfo> select(const std::vector<std::string> &patterns);

/// Whether each pattern selects something; says which does not: a misspelt chapter is not to be left out in silence.
bool each_matches(const std::vector<std::string> &patterns);

/// Does the target name a device? If not, says so on standard error. Asks in a process of its own.
bool device_exists(const Target &target);

/// Runs, prints, writes. Returns one of Exit; throws std::runtime_error for kBroken.
int run(const RunOptions &options, Target target);

}  // namespace accel::conformance
