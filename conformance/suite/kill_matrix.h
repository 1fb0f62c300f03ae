// SPDX-License-Identifier: MIT
// The suite judged by itself: faults, and the cases that must see them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "target.h"

namespace accel::conformance {

/// A planted breach of one rule. The case is named here, before any run.
struct FaultInfo {
    std::string_view name;
    std::string_view rule;
    std::string_view what;       ///< what the broken module does
    std::string_view caught_by;  ///< id of the case that must fail
    std::string_view folder = "faulty";  ///< module folder that holds the broken module
};

/// All faults (faults/list.cpp).
const std::vector<FaultInfo> &all_faults();

/// The fault of that name; throws when there is none.
const FaultInfo &find_fault(std::string_view name);

/// For every fault: run its case on the correct module (must pass) and on the module with the fault (must not pass). Writes the matrix
/// as JSON to out and, if page is not empty, as Markdown. Returns whether every fault was caught.
bool run_kill_matrix(const Target &target, const std::vector<std::string> &names, const std::string &out, const std::string &page);

}  // namespace accel::conformance
