// SPDX-License-Identifier: MIT
// What the device under test says of itself, and what it says it does, asked in a process of its own: a module that crashes there takes nothing else along.
#pragma once

#include <accel/accel.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "target.h"

namespace accel::conformance {

/// How a device answered about the operation, type and rounding that a case of the chapter `operations` stands for.
struct SubjectClaim {
    std::string text;     ///< "LEAKY_RELU in F32"
    unsigned asked = 0;   ///< graphs that it was asked about
    unsigned taken = 0;   ///< … and that it says it takes
    std::string example;  ///< the first that it takes
};

struct Interview {
    accel_status status = ACCEL_STATUS_INTERNAL;  ///< NOT_FOUND: no such device; another one: it could not be opened, or the process ended
    std::string error;                            ///< the library's sentence, or how the process ended
    nlohmann::json facts = nlohmann::json::object();
    nlohmann::json module = nlohmann::json::object();  ///< file and SHA-256 of the module under test
    std::map<std::string, SubjectClaim> claims;        ///< by the id of the case; empty unless asked for
};

/// Ask the device. With claims, every subject of the catalog is asked about in many shapes, drawn from another seed than the cases', and in another order.
/// Blocks for up to a minute. Throws std::runtime_error when the process cannot be started.
Interview interview(const Target &target, bool with_claims, const std::string &log_path);

/// The child's side: one JSON line on report_fd.
int answer_interview(bool with_claims, int report_fd);

}  // namespace accel::conformance
