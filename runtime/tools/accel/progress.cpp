// SPDX-License-Identifier: MIT
// Draws the line from a thread of its own.
#include "progress.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace accel::tool {

Progress::Progress(std::string what) : what_(std::move(what)),
                                       terminal_(isatty(2) == 1)
{
    if (terminal_) drawer_ = std::thread([this] { draw_until_done(); });
}

Progress::~Progress()
{
    if (!terminal_) return;
    {
        const std::lock_guard lock(mutex_);
        done_ = true;
    }
    changed_.notify_one();
    drawer_.join();
}

void Progress::update(double fraction, const char *step)
{
    if (!terminal_) return;
    const std::lock_guard lock(mutex_);
    fraction_ = fraction;
    step_ = step ? step : "";
}

int Progress::callback(void *user, const accel_progress *progress)
{
    static_cast<Progress *>(user)->update(progress->fraction, progress->step);
    return 0;
}

int Progress::callback_before(void *user, const accel_progress *progress)
{
    static_cast<Progress *>(user)->update(-1, progress->step);
    return 0;
}

void Progress::draw_until_done()
{
    const auto started = std::chrono::steady_clock::now();
    std::unique_lock lock(mutex_);
    auto next = started + std::chrono::seconds(1);
    bool shown = false;
    while (!changed_.wait_until(lock, next, [this] { return done_; })) {
        const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(next - started);
        std::fprintf(stderr, "\r\033[K%s", line(elapsed.count()).c_str());
        std::fflush(stderr);
        shown = true;
        next += std::chrono::milliseconds(250);
    }
    if (shown) std::fputs("\r\033[K", stderr);
}

std::string Progress::line(long seconds) const
{
    const std::string percent = fraction_ >= 0 ? absl::StrFormat("%3.0f %%  ", fraction_ * 100) : "";
    return absl::StrCat(what_, ": ", percent, seconds, " s  ", step_);
}

}  // namespace accel::tool
