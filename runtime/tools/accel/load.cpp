// SPDX-License-Identifier: MIT
// Starts the busy threads.
#include "load.h"

namespace accel::tool {

Load::Load(unsigned count)
{
    for (unsigned index = 0; index < count; ++index)
        loops_.emplace_back([](const std::stop_token &stop) {
            while (!stop.stop_requested()) {
            }
        });
}

}  // namespace accel::tool
