// SPDX-License-Identifier: MIT
// The ports of bodies.
#pragma once

#include "common/graph.h"
#include "proto.h"

namespace accel::onnx {

/// Says what a body of ONNX's If, Loop or Scan is to its node, and what each input and output of it is connected to. The role stays CUSTOM for other operators, and where the node and the
/// body do not fit each other as the operator says, or an axis cannot be told. operation has the node's operands.
void connect(const NodeProto &proto, const Operation &operation, std::string_view attribute, const Graph &outer, Body &body);

}  // namespace accel::onnx
