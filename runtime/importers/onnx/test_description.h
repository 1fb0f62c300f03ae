// SPDX-License-Identifier: MIT
// What an imported graph says, as text for tests to compare.
#pragma once

#include <string>

namespace accel::onnx::test {

/// All that the graph of a model says, without names; or why there is none.
std::string describe(const std::string &bytes);

}  // namespace accel::onnx::test
