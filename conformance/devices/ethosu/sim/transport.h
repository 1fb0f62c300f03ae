// SPDX-License-Identifier: MIT
// The table that a module reaches the simulated NPU through, and the open file behind it.
#pragma once

#include <accel/backend.h>

#include "open_file.h"

namespace accel::devices::ethosu {

class SimulatedTransport {
public:
    explicit SimulatedTransport(Engine &engine);
    SimulatedTransport(const SimulatedTransport &) = delete;
    SimulatedTransport &operator=(const SimulatedTransport &) = delete;

    const accel_bk_transport *table() const { return &table_; }
    OpenFile &file() { return file_; }

private:
    OpenFile file_;
    accel_bk_transport table_{};
};

}  // namespace accel::devices::ethosu
