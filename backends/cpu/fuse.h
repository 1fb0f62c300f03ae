// SPDX-License-Identifier: MIT
// Rewrites a checked graph so that one step does what several nodes say.
//
//   CONV ─► ADD constant per channel ─► RELU          CONV with bias and clamp; so does MATMUL
//   CONV ─► ADD other tensor ─► RELU                  CONV with residual and clamp
//   x ─► SIGMOID ─► MUL x                             one step
//
// A node goes into the one that makes its operand (done_by), which then makes its result; that is where its time is told. What is true afterwards:
// - The maker had no other reader of its result, so nobody misses it.
// - Nodes stay in topological order: the step runs at the maker's place, and what it reads besides (an addend) is there by then.
// - Activations go first: the clamp of an ADD is part of it, and moves with it when the ADD goes into a convolution. One that has a clamp takes no addition any more.
// - Biases go before residuals: an addend that is one constant per channel is a bias, and costs nothing.
// - Stored results keep their bits: a quantised addition is done by both formulas, one after the other. Of f32 an old bias and the added one are one sum, within the bound of rule N-2.
//
// It is done when a blob is loaded, so blobs hold what was compiled, and checking one knows no fused nodes. Whether oneDNN does a fused form right is asked later, implementation by implementation (fusions.h).
//
// Not chosen: to do it in the runtime's compiler, for all devices. What goes along with an operation for nothing is a fact of this room's library.
#pragma once

#include "graph.h"

namespace accel::cpu {

// Activations become clamps; constant per-channel additions become biases; an addition of another tensor becomes part of the convolution
// before it. The order of nodes stays topological.
void fuse(Graph &graph);

// A quantised addition becomes part of the convolution before it, where nothing else reads the convolution's own result. The step does both
// formulas one after the other, so that no bit changes.
void fuse_quantized_additions(Graph &graph);

// The product of x and SIGMOID(x) becomes part of the SIGMOID, where nothing else reads it. The step rounds twice, so that no bit changes.
void fuse_sigmoid_products(Graph &graph);

}  // namespace accel::cpu
