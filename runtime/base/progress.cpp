// SPDX-License-Identifier: MIT
// Speaks to the application no more often than it must, and listens to its answer.
#include "progress.h"

#include <algorithm>

#include "check.h"
#include "clock.h"

namespace accel::runtime {

namespace {

/// Of the 100 ms that are promised: what a piece of work may take on a slow machine is left.
constexpr uint64_t kSilenceNs = 25'000'000;

thread_local Progress *current = nullptr;

}  // namespace

Progress::Progress(accel_progress_fn report, void *user) : report_(report),
                                                           user_(user),
                                                           outer_(current) { current = this; }

Progress::~Progress() { current = outer_; }

bool Progress::enter(double from, double to, const char *step)
{
    from_ = from;
    to_ = to;
    step_ = step;
    return tell(0.0, step) == 0;
}

bool Progress::look()
{
    if (cancelled_ || !report_) return !cancelled_;
    const uint64_t now = now_ns();
    if (now - told_ns_ < kSilenceNs) return true;
    told_ns_ = now;
    return !report(step_.c_str());
}

bool Progress::report(const char *step)
{
    const accel_progress progress = {sizeof progress, last_, step};
    cancelled_ = report_(user_, &progress) != 0;
    return cancelled_;
}

Progress *Progress::innermost() { return current; }

namespace {

[[noreturn]] void stop() { throw Stopped(fail(ACCEL_STATUS_CANCELLED, "P-5", nullptr, "the application cancelled it while %s", current->step().c_str())); }

}  // namespace

void pace()
{
    if (current && !current->tick()) stop();
}

void pace_piece()
{
    if (current && !current->look()) stop();
}

accel_status Progress::pulse() { return !current || current->look() ? ACCEL_STATUS_OK : ACCEL_STATUS_CANCELLED; }

int Progress::tell(double fraction, const char *step)
{
    if (cancelled_) return 1;
    if (!report_) return 0;
    const double inside = fraction >= 0.0 ? std::min(fraction, 1.0) : 0.0;
    last_ = std::max(last_, from_ + (to_ - from_) * inside);
    told_ns_ = now_ns();
    return report(step ? step : "");
}

}  // namespace accel::runtime
