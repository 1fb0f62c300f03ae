// SPDX-License-Identifier: MIT
// Rewrites a checked f32 graph so that one step does what several nodes say.
#ifndef ACCEL_BACKENDS_CPU_FUSE_H
#define ACCEL_BACKENDS_CPU_FUSE_H

#include "graph.h"

namespace accel::cpu
{

// Activations become clamps; constant per-channel additions become biases; an addition of another tensor becomes part of the convolution
// before it. The order of nodes stays topological.
void fuse(Graph &graph);

} // namespace accel::cpu

#endif
