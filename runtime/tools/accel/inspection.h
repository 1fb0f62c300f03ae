// SPDX-License-Identifier: MIT
// What a program tells about itself, as JSON and as a picture.
#pragma once

#include "common.h"

namespace accel::tool {

/// What is of one entry point is a member of the whole where there is one only, and of each of `entries` where there are several. target: the name of the place that has no device, if
/// there is one.
nlohmann::json inspection(const Program &program, const std::string &target);

/// An SVG of one entry point: operations from top to bottom, a lane per device, copies as red arrows between lanes.
std::string drawing(const nlohmann::json &entry);

}  // namespace accel::tool
