// SPDX-License-Identifier: MIT
// What a program tells about itself, as JSON and as a picture.
#pragma once

#include "common.h"

namespace accel::tool {

/// target: the name of the place that has no device, if there is one.
nlohmann::json inspection(const Program &program, const std::string &target);

/// An SVG: operations from top to bottom, a lane per device, copies as red arrows between lanes.
std::string drawing(const nlohmann::json &inspection);

}  // namespace accel::tool
