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
    std::string_view what;               ///< what the broken module does
    std::string_view caught_by;          ///< id of the case that must fail, or patterns of several with spaces between them
    std::string_view folder = "faulty";  ///< module folder that holds the broken module
    bool by_each = true;                 ///< of several cases each one must fail; else one at least
};

/// The mutants of the campaign: every operation wrong in one way at a time, caught by its own cases (faults/campaign.cpp).
const std::vector<FaultInfo> &campaign_faults();

/// All faults that can be seen in this build (faults/list.cpp), the campaign's among them.
const std::vector<FaultInfo> &all_faults();

/// Whether that fault is known, but nothing could be seen of it in this build.
bool is_left_out(std::string_view name);

/// A broken module without its fault: what fails on it is not the fault's doing.
const FaultInfo &control_of(const FaultInfo &fault);

/// The fault or control of that name; throws when there is none.
const FaultInfo &find_fault(std::string_view name);

struct KillMatrixOptions {
    std::vector<std::string> names;  ///< only these faults; empty: all
    std::string out;                 ///< file for the matrix as JSON
    std::string page;                ///< the same as Markdown; "": none
    std::string expected;            ///< an earlier matrix that this one must repeat; "": none
};

/// For every fault: run its cases on the correct module and on the broken module without the fault, where it must pass, and with the fault, where it must not.
/// Returns whether every fault was caught, and as in the expected matrix.
bool run_kill_matrix(const Target &target, const KillMatrixOptions &options);

}  // namespace accel::conformance
