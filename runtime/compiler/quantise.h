// SPDX-License-Identifier: MIT
// DEQUANTIZE -> operation -> QUANTIZE becomes one operation on stored integers.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

/// Scales of other types than F32 become F32 where that says the same of the whole tensor or along one axis. What cannot, blocks among it, stays and is for modules to judge.
void settle_scales(Graph &graph);

/// Needs a canonical graph (activations are clamps already). Fuses where the catalog's formulas apply as they stand: weights with zero point 0, biases at scale
/// s_x * s_w, equal quantisation around operations that only move values. What is left keeps its QUANTIZE and DEQUANTIZE nodes.
///
/// forced_rounding, if not 0, replaces the rounding of every requantising operation; else the model's stays, half-to-even where it says nothing.
void quantise(Graph &graph, uint32_t forced_rounding);

}  // namespace accel::runtime
