// SPDX-License-Identifier: MIT
// A skip is an excuse, and excuses are checked: the device's own facts say whether it may be made.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace accel::conformance {

enum class Claim {
    Absent,   ///< the device does not claim it: the skip stands
    Present,  ///< the device claims it: the skip is a failure
    Unknown   ///< no such key: the skip is a failure of the suite
};

/// What the facts (device_facts in record.h) say about a capability key such as "buffer.export.dma_buf" or "rounding.tflite".
/// Keys that facts cannot answer ("program": the library refused the graph with a reason; "device.second"; "module.*") are Absent.
Claim claim_of(const nlohmann::json &facts, const std::string &key);

}  // namespace accel::conformance
