// SPDX-License-Identifier: MIT
// ONNX models of many small nodes, in the shapes that compilers find hard.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace accel::conformance {

/// chain, ladder, wide, skip, transposes, identities, nest, convolutions, normalised.
std::vector<std::string> long_graph_kinds();
/// The bytes of a model of about so many nodes.
std::string long_graph(const std::string &kind, uint32_t nodes);

}  // namespace accel::conformance
