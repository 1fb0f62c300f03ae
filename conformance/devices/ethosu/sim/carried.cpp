// SPDX-License-Identifier: MIT
// The simulated Ethos-U65 in a process of its own, with a clock that is an hour ahead.
#include <chrono>
#include <utility>

#include "../../../carried/serve.h"
#include "../../../carried/server.h"
#include "transport.h"

namespace accel::carried {

int serve_device(Fd control)
{
    constexpr std::chrono::hours kAhead(1);
    devices::ethosu::Engine engine([] { return 0; }, kAhead);
    devices::ethosu::SimulatedTransport device(engine);
    Server(*device.table(), std::chrono::nanoseconds(kAhead).count()).serve(std::move(control));
    return 0;
}

}  // namespace accel::carried
