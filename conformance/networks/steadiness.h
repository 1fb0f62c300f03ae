// SPDX-License-Identifier: MIT
// How far the results of one network may be apart on one device, depending on which of its operations a compiler fuses.
#pragma once

#include <optional>
#include <vector>

#include "network.h"

namespace accel::conformance {

/// Of each value: 0 where its bits are fixed; how far two right results may be apart at most, as intermediate results are rounded or not; nothing where a small difference may become a large one.
///
/// With u one unit in the last place of the largest magnitude, an operation adds u to what its operands bring along: their sum for ADD, the largest for what moves or chooses, each times the other's
/// magnitude for products, as often as a sum has terms.
std::vector<std::optional<double>> distances_of(const Network &network);

/// Elements of a real type that are further apart than that, as a sentence; "" where none is.
std::string apart(const Tensor &like, const std::vector<char> &one, const std::vector<char> &other, double distance);

}  // namespace accel::conformance
