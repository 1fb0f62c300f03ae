// SPDX-License-Identifier: MIT
// A size that a program leaves open.
#pragma once

#include <cstdint>
#include <string>

namespace accel::runtime {

struct OpenSymbol {
    std::string name;
    int64_t min_size = 0;
    int64_t max_size = 0;  ///< ACCEL_SIZE_UNBOUNDED: no bound
    int64_t multiple = 1;
    int64_t planned_size = 0;
};

}  // namespace accel::runtime
