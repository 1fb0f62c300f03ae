// SPDX-License-Identifier: MIT
// This program started again, as a child that reports over a pipe: whatever a module does happens there.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "target.h"

namespace accel::conformance {

struct Process {
    pid_t pid = -1;      ///< leader of a process group of its own
    int report_fd = -1;  ///< the child's reports; the caller closes it
};

/// Start `accel-conformance COMMAND --report-fd N TARGET… ARGUMENTS…` with the target's fault planted. What it prints goes to log_path. It ends with its parent.
/// Throws std::runtime_error.
Process start_self(const std::string &command, const Target &target, const std::vector<std::string> &arguments, const std::string &log_path);

/// The child's side: one line for whoever started it. False when nobody listens any more.
bool report_line(int report_fd, const nlohmann::json &line);

/// End what is left of the process group and return the state that waitpid told.
int finish_process(const Process &process, bool kill_first);

/// "ended by signal Segmentation fault", "ended with exit code 3"
std::string end_text(int state);

}  // namespace accel::conformance
