// SPDX-License-Identifier: MIT
// A bundle's program on a fresh model.
#pragma once

#include <cstdint>
#include <vector>

#include "bundle.h"
#include "npu.h"

namespace accel::devices::ethosu {

struct Execution {
    Result result;
    std::vector<uint8_t> output_bytes;  // concatenated; empty unless the job reached its end
};

/// Runs a bundle's program on a fresh model. Regions are exactly as large as the bundle says, constants are
/// read-only, scratch memory starts as 0xa5. Throws std::runtime_error when the bundle contradicts itself.
Execution execute(const Bundle &bundle, const std::vector<uint8_t> &input_bytes);

}  // namespace accel::devices::ethosu
