// SPDX-License-Identifier: MIT
// A progress line on a terminal, for what takes over a second.
#pragma once

#include <accel/base.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace accel::tool {

/// A thread draws the line, so that work which reports nothing shows at least how long it has taken. Without a terminal there is no thread.
class Progress {
public:
    explicit Progress(std::string what);
    ~Progress();
    Progress(const Progress &) = delete;
    Progress &operator=(const Progress &) = delete;
    void update(double fraction, const char *step);
    /// Fits accel_progress_fn with the object as user; never cancels.
    static int callback(void *user, const accel_progress *progress);
    /// The same for work in front of that whose share is shown: says what is done, and not how much of it.
    static int callback_before(void *user, const accel_progress *progress);

private:
    void draw_until_done();
    std::string line(long seconds) const;

    const std::string what_;
    const bool terminal_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool done_ = false;
    double fraction_ = -1;  ///< below 0: unknown
    std::string step_;
    std::thread drawer_;
};

}  // namespace accel::tool
