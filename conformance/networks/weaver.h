// SPDX-License-Identifier: MIT
// Draws networks from the questions of single operations.
#pragma once

#include "network.h"

namespace accel::conformance {

/// The same subjects and seed give the same network, of at least `members` members, adapters not counted, or fewer where drawn ones have no answer. Of any type and rounding that a subject has;
/// operations with regions take part in none.
Network woven(const std::vector<Subject> &subjects, uint64_t seed, size_t members);

}  // namespace accel::conformance
