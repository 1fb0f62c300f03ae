// SPDX-License-Identifier: MIT
// How many threads this process can keep busy.
#pragma once

#include <optional>
#include <string>

namespace accel::cores {

inline constexpr int kMost = 256;

// CPUs' worth of time that control groups leave to this process, by version 1 or 2, the least of its group and all above it; nothing where
// none limits it. root is put in front of every path: a recorded tree, or empty for this system.
std::optional<double> quota(const std::string &root = "");

// Cores of the affinity mask of the calling thread; two hardware threads of one core count once.
int physical(const std::string &root = "");

// The lesser of both, the quota rounded up; 1 to kMost.
int usable(const std::string &root = "");

}  // namespace accel::cores
