// SPDX-License-Identifier: MIT
// What a run of an entry point needs beside its ports: what its modules ask for, and the tensors between its segments.
#pragma once

#include <memory>
#include <vector>

#include "program/program.h"
#include "value_memory.h"

namespace accel::runtime {

struct ScratchPiece {
    std::vector<std::shared_ptr<OpenDevice>> devices;  ///< each needs to use it, the first most
    uint32_t place = 0;                                ///< of the first in the device set
    uint64_t size_bytes = 0, align_bytes = 1;
    uint32_t segment = UINT32_MAX;                ///< whose module asks for it; none: it is memory of a value
    uint32_t value = UINT32_MAX;                  ///< with memory of its own; none: it is a module's
    uint32_t usage = ACCEL_BUFFER_USAGE_SCRATCH;  ///< set of enum accel_buffer_usage
    bool can_supply = true;
};

/// Those of each segment, in the order in which its module names them, then those of values. The program is on its devices. Asks modules; sets the error detail.
accel_status list_pieces(const accel_program &program, const ProgramEntry &entry, std::vector<ScratchPiece> *out);

/// The devices that read or write a value's memory, or lie next to it.
std::vector<std::shared_ptr<OpenDevice>> devices_of_memory(const accel_program &program, const ProgramEntry &entry, uint32_t value);

/// Does the runtime read or write it with the CPU?
bool copies_memory(const ProgramEntry &entry, uint32_t value);

}  // namespace accel::runtime
