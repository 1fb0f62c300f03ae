// SPDX-License-Identifier: MIT
// A skip is an excuse, and excuses are checked: the device's own facts say whether it may be made.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "verdict.h"

namespace accel::conformance {

enum class Claim {
    Absent,   ///< the device does not claim it: the skip stands
    Present,  ///< the device claims it: the skip is a failure
    Unknown   ///< no such key: the skip is a failure of the suite
};

/// What the facts (interview.h) say about a capability key such as "buffer.export.dma_buf" or "rounding.tflite".
/// Keys that facts cannot answer ("device.second"; "module.*") are Absent; the key "program" is answered by the device itself, see objection_to.
Claim claim_of(const nlohmann::json &facts, const std::string &key);

/// "" when a skip stands, else the sentence that says why it does not. A skip with the key "program" needs the device's own answer: a refused operation with a reason of enum accel_reason.
std::string objection_to(const nlohmann::json &facts, const Result &skipped);

}  // namespace accel::conformance
