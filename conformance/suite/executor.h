// SPDX-License-Identifier: MIT
// Runs groups of cases in processes of their own, with a watchdog.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "registry.h"
#include "target.h"
#include "verdict.h"

namespace accel::conformance {

/// Who is told about each case. What it throws ends the run.
struct Watcher {
    std::function<void(const Result &)> ended;           ///< once per case, when nothing can change its result any more
    std::function<void(const CaseInfo &)> started = {};  ///< may be empty
};

/// Run the cases of one group, in order. A crash or a hang costs only the case it happened in: the rest goes on in a new process.
/// The last case of a process also answers for how the process ends, so that a sanitizer that reports at exit is heard.
/// log_path receives what the children print.
void run_group(const std::vector<CaseInfo> &cases, const Target &target, const std::string &log_path, const Watcher &watcher);

}  // namespace accel::conformance
