// SPDX-License-Identifier: MIT
// Compilers for the fake devices, so that tests can build whole programs: what they claim, and what they say of their blobs, is the test's to choose.
#pragma once

#include <accel/backend.h>

#include <string>
#include <vector>

#include "fake_backend.h"

namespace accel::runtime::fake {

/// One per fake device; the state of the process.
struct CompilerControl {
    std::vector<uint32_t> operations;  ///< claimed, in one group
    uint32_t buffer_count_max = 0;     ///< of every blob
    uint64_t align_bytes = 4;          ///< of every port
    bool pairs = false;                ///< gaps as wide as two elements lie between every two, else there are none
    uint32_t roundings = 1u << ACCEL_ROUNDING_HALF_EVEN;
    uint32_t reason = ACCEL_REASON_OPERATION;   ///< of what is not claimed
    accel_fit fit = ACCEL_FIT_FULL;             ///< of blobs of its own
    size_t blob_bytes = sizeof(accel_bk_blob);  ///< struct_size of every blob
    std::string log;                            ///< of every blob
};
CompilerControl &npu_compiler();
CompilerControl &cpu_compiler();

/// Lists "fake-npu", so many more of its module ("fake-npu-2" …), then "fake-cpu"; all have compilers, which claim nothing yet. Every operation is computed as the sum of its inputs, plus 1 on
/// the NPU and plus 10 on the CPU, byte by byte.
Ref<accel_instance> make_building_instance(uint32_t npu_count = 1);

}  // namespace accel::runtime::fake
