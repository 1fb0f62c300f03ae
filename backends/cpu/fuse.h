// SPDX-License-Identifier: MIT
// Rewrites a checked graph so that one step does what several nodes say.
#ifndef ACCEL_BACKENDS_CPU_FUSE_H
#define ACCEL_BACKENDS_CPU_FUSE_H

#include "graph.h"

namespace accel::cpu
{

// Activations become clamps; constant per-channel additions become biases; an addition of another tensor becomes part of the convolution
// before it. The order of nodes stays topological.
void fuse(Graph &graph);

// A quantised addition becomes part of the convolution before it, where nothing else reads the convolution's own result. The step does both
// formulas one after the other, so that no bit changes.
void fuse_quantized_additions(Graph &graph);

// The product of x and SIGMOID(x) becomes part of the SIGMOID, where nothing else reads it. The step rounds twice, so that no bit changes.
void fuse_sigmoid_products(Graph &graph);

} // namespace accel::cpu

#endif
