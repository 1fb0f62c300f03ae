// SPDX-License-Identifier: MIT
// A progress line on a terminal, for what takes over a second.
#pragma once

#include <chrono>
#include <string>

namespace accel::tool {

class Progress {
public:
    explicit Progress(std::string what);
    ~Progress();
    Progress(const Progress &) = delete;
    Progress &operator=(const Progress &) = delete;
    void update(double fraction, const char *step);
    /// Fits accel_progress_fn with the object as user; never cancels.
    static int callback(void *user, double fraction, const char *step);

private:
    std::string what_;
    std::chrono::steady_clock::time_point started_;
    bool terminal_;
    bool shown_ = false;
};

}  // namespace accel::tool
