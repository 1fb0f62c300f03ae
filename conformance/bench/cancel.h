// SPDX-License-Identifier: MIT
// Whether work on long graphs ends when the application wants no more.
#pragma once

#include <cstdint>
#include <string>

namespace accel::conformance {

/// Import, build, save and load a long graph again and again, and want no more at one word after the other, spread over each phase. Says what did not end at once with
/// CANCELLED; true if all did.
bool cancels_everywhere(const std::string &kind, uint32_t nodes);

}  // namespace accel::conformance
