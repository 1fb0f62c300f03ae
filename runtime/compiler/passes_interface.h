// SPDX-License-Identifier: MIT
// What the library tells of its passes: accel_interface(instance, kPassesName, kPassesVersion) answers a PassesInterface. For the `accel` command of the same release; no part of the ABI, which has no room
// for it before its next contract.
#pragma once

#include <accel/accel.h>

#include <cstddef>
#include <cstdint>

namespace accel::runtime {

inline constexpr const char *kPassesName = "accel.passes.internal";
/// Rises with every change of what follows.
inline constexpr uint32_t kPassesVersion = 1;

/// Nodes of one operation, where a pass has changed their number.
struct PassChange {
    const char *operation;  ///< "Conv", or "Conv+Relu" where the node has taken the second in; "domain:Name" of a custom one
    uint32_t before;
    uint32_t after;
};

/// One pass over the graph of one entry point. Nodes of regions are not counted.
struct PassRow {
    const char *name;
    const char *why;     ///< what it is for: one sentence
    uint32_t entry = 0;  ///< number of the entry point
    uint32_t graph = 0;  ///< which of its graphs: 0, or, where a device takes open sizes, 0 for what it is shown and 1 for the rest
    uint32_t nodes_before = 0, nodes_after = 0;
    uint32_t tensors_before = 0, tensors_after = 0;
    uint64_t constant_bytes_before = 0, constant_bytes_after = 0;  ///< of all constants, those with one place in memory once
    uint64_t duration_ns = 0;
    const PassChange *changes = nullptr;  ///< by operation
    size_t change_count = 0;
};

/// Receives one pass, which is valid during the call, on the thread that asks; anything but OK ends the call with that status.
using PassReceiver = accel_status (*)(void *user, const PassRow *pass);

struct PassesInterface {
    /// Prepare each entry point of a description as accel_program_build does, and tell of each pass in their order. No program is made; a device that takes open sizes is asked what it takes of the graph with
    /// open sizes. Any thread. Blocks on the passes, and on opening the devices. Errors: those of accel_program_build that are about the description and the model; what pass answered.
    accel_status (*tell)(const accel_program_desc *desc, PassReceiver pass, void *user);
};

}  // namespace accel::runtime
