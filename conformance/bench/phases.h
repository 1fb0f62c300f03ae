// SPDX-License-Identifier: MIT
// What a model costs from its bytes to its end, phase by phase.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace accel::conformance {

inline constexpr std::array<const char *, 5> kPhases{"import", "build", "save", "load", "destroy"};

struct Measured {
    std::array<double, kPhases.size()> phase_s{};  ///< of this process's processors
    double silence_ms = 0;                         ///< longest work without a word to the application: a call of progress, or of the function that takes a saved program's bytes
    long peak_kib = 0;
};

/// Import and build a long graph for the CPU, save it, load what was saved, let go of everything. verbose: say where the longest silence was.
Measured measure(const std::string &kind, uint32_t nodes, bool verbose);

}  // namespace accel::conformance
