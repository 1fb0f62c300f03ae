// SPDX-License-Identifier: MIT
// What each pass of the compiler makes of a model: `accel inspect --passes`.
#pragma once

#include "common.h"

namespace accel::tool {

/// {"passes": [...]}, in their order.
nlohmann::json passes_of(const Instance &instance, const accel_program_desc &desc);

/// As tables, one for each graph.
void print_passes(const nlohmann::json &told);

}  // namespace accel::tool
