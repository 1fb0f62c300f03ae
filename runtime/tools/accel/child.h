// SPDX-License-Identifier: MIT
// This command once more, in a process of its own: what a module does there ends that process alone.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace accel::tool {

struct ChildEnd {
    enum class How { Exited,
                     Died,
                     Hung,
                     NotStarted } how = How::NotStarted;
    int code = 0;        ///< exit code, signal, or errno
    std::string output;  ///< what it wrote to its standard output, at most 1 MiB
    /// "died of SIGABRT", "did not end within 20 s", …
    std::string words(std::chrono::seconds patience) const;
};

/// Run `accel ARGUMENTS`; what does not end in time is killed. Its standard error is this process's. Blocks: up to patience.
ChildEnd run_self(const std::vector<std::string> &arguments, std::chrono::seconds patience);

}  // namespace accel::tool
