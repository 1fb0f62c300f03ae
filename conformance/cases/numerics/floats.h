// SPDX-License-Identifier: MIT
// What cases of f32 share: programs run over numbers, and results compared as numbers.
#pragma once

#include <vector>

#include "support/bytes.h"
#include "support/operation.h"
#include "support/room.h"

namespace accel::conformance {

inline std::vector<float> run_floats(const Room &room, const Program &program, const std::vector<std::vector<float>> &inputs)
{
    std::vector<std::vector<char>> bytes;
    for (const auto &input : inputs) bytes.push_back(to_bytes(input));
    return from_bytes<float>(run_dense(room, program, bytes)[0]);
}

/// As numbers: one zero is as good as the other.
inline Comparison same_values(const std::vector<float> &results, const std::vector<float> &expected)
{
    return compare(Expected::within_ulps({static_cast<int64_t>(expected.size())}, {expected.begin(), expected.end()}, 0), to_bytes(results));
}

}  // namespace accel::conformance
