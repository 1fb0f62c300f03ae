// SPDX-License-Identifier: MIT
// Which memory of one device another one can use without a copy.
#pragma once

#include <accel/accel.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "device.h"

namespace accel::runtime {

/// How memory that `from` allocated reaches `to`: an enum accel_handle_kind, or 0 if it does not.
uint32_t share_kind(const OpenDevice &from, const OpenDevice &to);

struct SharePlan {
    uint32_t allocator = UINT32_MAX;  ///< position of the device that allocates; UINT32_MAX: refused
    uint32_t export_kinds = 0;        ///< set of ACCEL_HANDLE_BIT that the allocator has to grant for the others
    uint32_t refusing = UINT32_MAX;   ///< when refused: the device that cannot use …
    uint32_t refused = UINT32_MAX;    ///< … what this one would allocate
    std::string reason;
    bool possible() const { return allocator != UINT32_MAX; }
};

/// The first device of the list whose memory all others can use.
SharePlan plan_share(std::span<const std::shared_ptr<OpenDevice>> devices);

/// Those whose memory all others can use and that can grant what the application wants to export, in the order of the set.
std::vector<uint32_t> find_allocators(std::span<const std::shared_ptr<OpenDevice>> devices, uint32_t export_kinds);

}  // namespace accel::runtime
