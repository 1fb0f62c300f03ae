// SPDX-License-Identifier: MIT
// A recording of what runs when, as Perfetto and Chrome read it.
#pragma once

#include "common.h"

namespace accel::tool {

/// Begins with the object; belongs to the process, so that there is one at a time.
class Recording {
public:
    explicit Recording(const Instance &instance);
    ~Recording();
    Recording(const Recording &) = delete;
    Recording &operator=(const Recording &) = delete;
    /// Ends it. Trace event JSON.
    std::string stop();

private:
    const Instance &instance_;
    bool running_ = false;
};

}  // namespace accel::tool
