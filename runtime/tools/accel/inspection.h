// SPDX-License-Identifier: MIT
// What a program tells about itself, as JSON and as a picture.
#pragma once

#include "common.h"

namespace accel::tool {

nlohmann::json inspection(const Program &program);

/// An SVG: operations from top to bottom, a lane per device, copies as red arrows between lanes.
std::string drawing(const nlohmann::json &inspection);

}  // namespace accel::tool
