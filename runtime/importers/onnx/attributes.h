// SPDX-License-Identifier: MIT
// Attributes of nodes that are kept as they are.
#pragma once

#include "common/graph.h"
#include "tensor.h"

#include <functional>
#include <string>
#include <vector>

namespace accel::onnx {

/// A body of a node: its graph, and what that takes from around it. UNSUPPORTED for what has no form here.
using ReadBody = std::function<Body(Bytes graph)>;

/// Attributes of a custom node as the file has them, tensors as values of the graph, graphs as bodies behind those that are there. What has no form here stays away, and why is added to the
/// reason. CORRUPT: a tensor or body is damaged, or an attribute refers to a function's outside of one.
std::vector<CustomAttribute> keep_attributes(const std::vector<AttributeProto> &attributes, Graph &graph, ConstantStore &store, const ReadBody &read_body, std::vector<Body> &bodies, std::string &reason);

}  // namespace accel::onnx
