// SPDX-License-Identifier: MIT
// A value that stays from run to run, and the buffers that a state has for such.
#pragma once

#include <accel/accel.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "port.h"
#include "port_layout.h"
#include "segment.h"

namespace accel::runtime {

/// A value that stays from run to run.
struct Variable {
    std::string name;
    PortLayout layout;           ///< of the largest tensor; all that lies in place has its elements there. Padding means nothing: a smaller tensor is a part of it
    accel_layout shown{};        ///< of layout, once settled
    uint32_t device = 0;         ///< that reads or writes it first
    bool in_place = true;        ///< no run copies it
    const void *data = nullptr;  ///< first value, dense; null: zero bits
    uint64_t data_bytes = 0;
    std::shared_ptr<const std::vector<uint8_t>> kept_data;  ///< unless the model or a saved program's file has it
    std::vector<uint32_t> devices;                          ///< all that use its memory
};

/// Buffers of a state that libaccel makes, as far as the segment names its ports: one for all variables of the same devices, as a job names few.
uint32_t state_buffers(const Segment &segment, std::span<const ProgramPort> ports, std::span<const Variable> variables);

}  // namespace accel::runtime
