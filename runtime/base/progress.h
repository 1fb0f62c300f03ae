// SPDX-License-Identifier: MIT
// One bar for an import, a build or a load of several parts, and the application's say in whether it goes on.
#pragma once

#include <accel/accel.h>

#include <cstdint>
#include <string>

namespace accel::runtime {

/// Made and used on the thread of the call; while it exists it is what pulse() of that thread asks.
class Progress {
public:
    Progress(accel_progress_fn report, void *user);
    ~Progress();
    Progress(const Progress &) = delete;
    Progress &operator=(const Progress &) = delete;

    /// What is reported from now on covers this part of the whole. False: the application wants no more.
    bool enter(double from, double to, const char *step);
    /// A small piece of work is done (microseconds): tells the application that work goes on, when it has not heard for a while. False: it wants no more.
    bool tick() { return ++ticks_ % kTicksPerLook == 0 ? look() : !cancelled_; }
    /// The same for pieces of milliseconds.
    bool look();
    bool cancelled() const { return cancelled_; }

    /// For accel_bk_compile_options; user is the Progress. Always set: a module may call it without looking.
    static int forward(void *user, const accel_progress *progress) { return static_cast<Progress *>(user)->tell(progress->fraction, progress->step); }
    /// accel_bk_host::pulse, for the innermost call on this thread that has a Progress.
    static accel_status pulse();
    /// The innermost one of this thread; null where nobody listens.
    static Progress *innermost();
    const std::string &step() const { return step_; }

private:
    static constexpr uint32_t kTicksPerLook = 64;

    int tell(double fraction, const char *step);
    bool report(const char *step);

    accel_progress_fn report_;
    void *user_;
    Progress *const outer_;
    double from_ = 0.0, to_ = 1.0, last_ = 0.0;
    std::string step_;
    uint64_t told_ns_ = 0;
    uint32_t ticks_ = 0;
    bool cancelled_ = false;
};

/// For loops over a graph: one round (microseconds) is done, and the application of the innermost call hears so now and then. Throws Stopped with CANCELLED when it wants
/// no more.
void pace();
/// The same for rounds of milliseconds, such as a piece of a large constant.
void pace_piece();

}  // namespace accel::runtime
