// SPDX-License-Identifier: MIT
// One rounding for a whole program, where a named device needs another than the model's (decision 0002: the library never chooses, the tool says what it chose).
#pragma once

#include "common.h"

namespace accel::tool {

/// "half_even"; "model" for 0.
const char *rounding_name(uint32_t rounding);

struct RoundingChoice {
    uint32_t rounding = ACCEL_ROUNDING_NONE;
    std::string device;  ///< that needs it; "" where nothing is forced
};

/// One place of the device set.
struct NamedPlace {
    uint32_t position;
    std::string id;
    accel_device *device;  ///< null: desc.target
};

/// For the first of the places which refuses, for its rounding alone, what no place in front of it takes: the rounding with which it refuses least. Nothing is forced where none does.
RoundingChoice choose_rounding(const accel_program_desc &desc, const std::vector<NamedPlace> &places);

}  // namespace accel::tool
