// SPDX-License-Identifier: MIT
// A device behind the kernel, by its node: ACCEL_CARRIED_NODE.
#include <utility>

#include "../support/node_transport.h"
#include "serve.h"
#include "server.h"

namespace accel::carried {

int serve_device(Fd control)
{
    const conformance::NodeTransport device(ACCEL_CARRIED_NODE);
    Server(*device.table(), 0).serve(std::move(control));
    return 0;
}

}  // namespace accel::carried
