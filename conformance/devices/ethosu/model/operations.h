// SPDX-License-Identifier: MIT
//
// The operations that OP commands start.
#pragma once

#include "memory_port.h"
#include "opcodes.h"
#include "output_stage.h"
#include "registers.h"

namespace accel::devices::ethosu {

/// What an operation works with.
struct Machine {
    const Registers &registers;
    MemoryPort &memory;
    Shram &shram;
    const WorkGuard &guard;
};

void run_convolution(const Machine &machine);
void run_depthwise(const Machine &machine);
void run_pool(const Machine &machine, PoolMode mode);
void run_elementwise(const Machine &machine, ElementwiseMode mode);
void run_dma(const Machine &machine);

}  // namespace accel::devices::ethosu
