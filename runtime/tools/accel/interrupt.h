// SPDX-License-Identifier: MIT
// Ctrl-C ends a measurement, and what it has so far is told.
#pragma once

#include <signal.h>

namespace accel::tool {

/// While it lives the first SIGINT is only noted; the next one ends the process, as always. One at a time.
class Interrupt {
public:
    static constexpr int kExitCode = 130;  ///< as shells have it for a command that was interrupted
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt &) = delete;
    Interrupt &operator=(const Interrupt &) = delete;
    /// Since the first was made; stays.
    static bool came();

private:
    struct sigaction before_;
};

}  // namespace accel::tool
