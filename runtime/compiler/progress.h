// SPDX-License-Identifier: MIT
// One bar for a build of several parts.
#pragma once

#include <accel/accel.h>

#include <algorithm>

namespace accel::runtime {

class Progress {
public:
    Progress(accel_progress_fn report, void *user) : report_(report), user_(user) {}

    /// What a module reports from now on covers this part of the whole. False: the application wants no more.
    bool enter(double from, double to, const char *step)
    {
        from_ = from;
        to_ = to;
        return tell(0.0, step) == 0;
    }
    bool cancelled() const { return cancelled_; }
    /// For accel_bk_compile_options; user is the Progress. Always set: a module may call it without looking.
    static int forward(void *user, double fraction, const char *step) { return static_cast<Progress *>(user)->tell(fraction, step); }

private:
    int tell(double fraction, const char *step)
    {
        if (cancelled_) return 1;
        if (!report_) return 0;
        const double inside = fraction >= 0.0 ? std::min(fraction, 1.0) : 0.0;
        last_ = std::max(last_, from_ + (to_ - from_) * inside);
        cancelled_ = report_(user_, last_, step ? step : "") != 0;
        return cancelled_;
    }

    accel_progress_fn report_;
    void *user_;
    double from_ = 0.0, to_ = 1.0, last_ = 0.0;
    bool cancelled_ = false;
};

}  // namespace accel::runtime
