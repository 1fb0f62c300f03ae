// SPDX-License-Identifier: MIT
//
// A player's main program: everything but the device.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "guest_memory.h"
#include "interrupt_line.h"
#include "played_device.h"

namespace accel::lane {

/// The lane's side of a device. All of it outlives the device.
struct Board {
    uint8_t *registers;  ///< kRegistersSizeBytes, at kRegistersAddress of the guest
    GuestBus &bus;
    std::atomic_ref<uint32_t> gate;  ///< releases a job kept by Fault::Hold
    InterruptLine &line;
    Log log;
};

using MakeDevice = std::function<std::unique_ptr<PlayedDevice>(const Board &)>;

/// Plays until QEMU closes its socket or a signal says so; the exit code. `what` names the device in the help.
int play(int argc, char **argv, const char *what, const MakeDevice &make);

}  // namespace accel::lane
