// SPDX-License-Identifier: MIT
#include "progress.h"

#include <unistd.h>

#include <cstdio>

namespace accel::tool {

Progress::Progress(std::string what) : what_(std::move(what)), started_(std::chrono::steady_clock::now()), terminal_(isatty(2) == 1) {}

Progress::~Progress()
{
    if (shown_) std::fputs("\r\033[K", stderr);
}

void Progress::update(double fraction, const char *step)
{
    if (!terminal_ || std::chrono::steady_clock::now() - started_ < std::chrono::seconds(1)) return;
    shown_ = true;
    std::fprintf(stderr, "\r\033[K%s: %3.0f %%  %s", what_.c_str(), fraction * 100, step ? step : "");
    std::fflush(stderr);
}

int Progress::callback(void *user, double fraction, const char *step)
{
    static_cast<Progress *>(user)->update(fraction, step);
    return 0;
}

}  // namespace accel::tool
