// SPDX-License-Identifier: MIT
// What bodies of nodes use of what is around them.
#pragma once

#include "wire.h"

#include <string_view>
#include <vector>

namespace accel::onnx {

/// Names that the bodies of a node (If, Loop, Scan …) use and do not make, each once, in the order of their first use. UNSUPPORTED below 8 levels.
std::vector<std::string_view> read_captures(Bytes node);
/// The same of one body.
std::vector<std::string_view> read_body_captures(Bytes graph);

}  // namespace accel::onnx
