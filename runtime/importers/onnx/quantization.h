// SPDX-License-Identifier: MIT
// Quantisation of operations that compute nothing.
#pragma once

#include "common/graph.h"
#include "uses.h"

namespace accel::onnx {

/// Make quantisations of operations that only move stored values agree on both sides.
void settle_quantization(Graph &graph, const Pace &pace);

}  // namespace accel::onnx
