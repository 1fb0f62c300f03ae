// SPDX-License-Identifier: MIT
#pragma once

#include "common/graph.h"
#include "tensor.h"

#include <string>
#include <vector>

namespace accel::onnx {

/// Attributes of a custom node as the file has them, tensors as values of the graph. What has no form here stays away, and why is added to the reason. CORRUPT: a tensor is damaged, or an
/// attribute refers to a function's outside of one.
std::vector<CustomAttribute> keep_attributes(const std::vector<AttributeProto>& attributes, Graph& graph, ConstantStore& store, std::string& reason);

}  // namespace accel::onnx
