// SPDX-License-Identifier: MIT
// Whose request it is: the shared objects between it and its maker.
#pragma once

namespace accel::shortage {

inline constexpr int kFramesMax = 12;

struct Asker {
    bool counts = false;       ///< libaccel or a module of it
    bool by_loader = false;    ///< the dynamic loader asks on its behalf, and keeps what it likes
    void *frames[kFramesMax];  ///< as far as it was looked, the asker's last
    int frame_count = 0;
};

/// Looks through the frames of the calling thread from `caller` on, without allocating.
Asker find_asker(void *caller);

/// "libaccel.so.0+0x1234", into a text that lives until the next call of the thread.
const char *describe_frame(void *address);

}  // namespace accel::shortage
