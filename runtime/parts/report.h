// SPDX-License-Identifier: MIT
// Rows of reports: which device has an operation, and what crosses devices.
#pragma once

#include <accel/accel.h>

#include <cstdint>
#include <string>

#include "value.h"

namespace accel::runtime {

struct PlacementRow {
    std::string node, operation, reason_text;
    uint32_t device = 0, segment = 0, reason = 0;
    uint64_t work_macs = 0;
    std::string remark;  ///< of the module that loaded it; not saved
};

struct TransferRow {
    std::string tensor, reason;
    uint32_t kind = 0, from_segment = 0, to_segment = 0;  ///< or ACCEL_SEGMENT_APPLICATION
    uint64_t size_bytes = 0;
    MemoryEnd from, to;                     ///< the same where memory is shared
    accel_layout shown_from{}, shown_to{};  ///< once settled
};

}  // namespace accel::runtime
