// SPDX-License-Identifier: MIT
//
// The weights of one operation, out of the order in which the hardware consumes them.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel.h"
#include "memory_port.h"
#include "registers.h"

namespace accel::devices::ethosu {

struct WeightShape {
    uint32_t ofm_depth = 0;
    uint32_t ifm_depth = 0;  // 1 for depthwise
    uint32_t ofm_block_depth = 0;
    bool depthwise = false;
    bool ifm_is_16_bit = false;
};

/// Dense weights: convolution [ofm channel][y][x][ifm channel], depthwise [y][x][channel]. y and x count kernel
/// elements, not dilated positions.
std::vector<int16_t> read_weights(const Registers &registers, const WeightShape &shape, const Kernel &kernel,
                                  MemoryPort &memory, const WorkGuard &guard);

/// The position of each weight of the stream in the dense array, -1 for padding.
std::vector<int64_t> weight_stream_order(const WeightShape &shape, const Kernel &kernel);

}  // namespace accel::devices::ethosu
