// SPDX-License-Identifier: MIT
// One way to say each thing: no identities, no chains of reshapes or transposes, batch normalisation inside
// convolutions, activations as clamps of the operation before them.
#pragma once

#include "graph/graph.h"

namespace accel::runtime {

/// Needs fixed shapes. The graph computes the same, up to the rounding of folded batch normalisation.
void canonicalise(Graph &graph);

/// Outputs that are inputs or constants get a copying IDENTITY, so that every output has a maker of its own. Errors: UNSUPPORTED a type that
/// IDENTITY does not admit.
accel_status give_outputs_makers(Graph &graph);

}  // namespace accel::runtime
