// SPDX-License-Identifier: MIT
//
// Per-channel bias and scale: records of 10 bytes (bias 40 bits signed, multiplier 32 bits, shift 6 bits).
#pragma once

#include <cstdint>
#include <vector>

#include "memory_port.h"
#include "registers.h"

namespace accel::devices::ethosu {

struct ChannelScale {
    int64_t bias = 0;
    uint32_t multiplier = 1;
    uint32_t shift = 0;
};

std::vector<ChannelScale> read_channel_scales(const Registers &registers, uint32_t channels, MemoryPort &memory);

}  // namespace accel::devices::ethosu
