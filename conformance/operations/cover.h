// SPDX-License-Identifier: MIT
// Configurations in which every two choices of two aspects occur together.
#pragma once

#include <cstdint>
#include <vector>

#include "aspect.h"

namespace accel::conformance {

/// With more kinds than this, pairs of a kind and something else are left out, and kinds take turns: each is there as often as the others.
constexpr size_t kMostKinds = 8;
bool kinds_take_turns(const std::vector<Aspect> &aspects);

/// Begins with `first`, and has `most`: when all pairs have occurred, each occurs once more in other company. Where kinds take turns, each has sizes with a tail. The same
/// arguments give the same list.
std::vector<Configuration> pairwise(const std::vector<Aspect> &aspects, const std::vector<Configuration> &first, size_t most);

/// Pairs of choices that no configuration has; where kinds take turns, without those of a kind and something else.
size_t uncovered_pairs(const std::vector<Aspect> &aspects, const std::vector<Configuration> &configurations);

/// All combinations, or `most` of them drawn with `seed` where there are more.
std::vector<Configuration> product(const std::vector<Aspect> &aspects, size_t most, uint64_t seed);

}  // namespace accel::conformance
