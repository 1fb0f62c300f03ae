// SPDX-License-Identifier: MIT
// The part of the kernel's stream check that decides which regions a job touches. Addresses are not bounded here: the bus does that while the job runs.
#pragma once

#include <cstdint>
#include <span>

namespace accel::devices::ethosu {

struct StreamUse {
    bool valid = false;         ///< two-word commands whole, STOP exactly at the end
    uint32_t used_regions = 0;  ///< bit per region
    uint32_t written_regions = 0;
};

StreamUse scan_stream(std::span<const uint32_t> words);

}  // namespace accel::devices::ethosu
