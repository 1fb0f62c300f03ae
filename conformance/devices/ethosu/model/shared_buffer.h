// SPDX-License-Identifier: MIT
//
// Whether an operation's blocks fit the 48 KiB shared buffer as its registers lay it out. The hardware does not check
// this and computes nonsense; the model refuses. Sizes are those that Arm's compiler uses, without its rounding to
// bank groups.
#pragma once

#include <cstdint>

#include "kernel.h"
#include "registers.h"

namespace accel::devices::ethosu {

enum class BlockUse : uint8_t {
    SumsOverDepth,  // convolution, REDUCE_SUM: input blocks have their own depth
    EqualDepth,     // depthwise, pooling: input blocks are as deep as output blocks
};

/// Faults on block shapes and layouts that do not exist or do not fit.
void check_kernel_blocks(const Registers &registers, BlockUse use, const Kernel &kernel, Upscale upscale,
                         uint32_t ifm_size_bytes);

/// As above, for elementwise operations. `ifm2_size_bytes` is 0 when there is no second feature map.
void check_elementwise_blocks(const Registers &registers, uint32_t ifm_size_bytes, uint32_t ifm2_size_bytes);

}  // namespace accel::devices::ethosu
