// SPDX-License-Identifier: MIT
// Which operations a device takes, in which element types: asked with small graphs.
#pragma once

#include "common.h"

namespace accel::tool {

struct Claim {
    enum class Answer { Taken,
                        Refused,
                        NotAsked };  ///< no small graph of it is known here
    std::string operation, type;
    bool quantised;
    Answer answer;
    std::string why;  ///< of Refused, for the plainest graph
};

/// By operation in the order of the catalog, then by type, plain ones before quantised. A device may take a type in some shapes and refuse it in others: Taken says that it takes one of those that were tried. Opens the device.
std::vector<Claim> claims_of(const Instance &instance, const Device &device);

nlohmann::json claims_json(const std::vector<Claim> &claims);
void print_claims(const std::vector<Claim> &claims);

}  // namespace accel::tool
