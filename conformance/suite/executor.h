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

using ResultSink = std::function<void(const Result &)>;

/// Run the cases of one group, in order. A crash or a hang costs only the case it happened in: the rest goes on in a new process.
/// The last case of a process also answers for how the process ends, so that a sanitizer that reports at exit is heard.
/// log_path receives what the children print. The sink is called once per case.
void run_group(const std::vector<CaseInfo> &cases, const Target &target, const std::string &log_path, const ResultSink &sink);

}  // namespace accel::conformance
