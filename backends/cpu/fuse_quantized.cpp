// SPDX-License-Identifier: MIT
// Makes quantised additions part of the convolution before them.
#include "fuse.h"

#include "host.h"
#include "nodes/residual.h"
#include "uses.h"

namespace accel::cpu {
namespace {

// The convolution of which the ADD is the only reader; the addend is there before it runs.
Node *convolution_for(Graph &graph, const Uses &uses, const Node &add, size_t side)
{
    Node *maker = uses.sole_maker(graph, add.inputs[side]);
    const bool takes = maker != nullptr && maker->operation == ACCEL_OPERATION_CONV && graph.fusion(*maker).addition == kNone && is_quantized(graph, *maker) &&
                       uses.ready_before(graph, add.inputs[1 - side], *maker) && can_follow(graph, *maker, add);
    return takes ? maker : nullptr;
}

}  // namespace

void fuse_quantized_additions(Graph &graph)
{
    Uses uses(graph);
    for (const Node &add : graph.nodes) {
        pulse();
        if (graph.fusion(add).fused() || add.operation != ACCEL_OPERATION_ADD || !is_quantized(graph, add) || add.inputs[0] == add.inputs[1] ||
            graph.tensor(add.inputs[0]).shape != graph.tensor(add.inputs[1]).shape)
            continue;
        for (const size_t side : {0, 1}) {
            Node *convolution = convolution_for(graph, uses, add, side);
            if (convolution == nullptr)
                continue;
            Fusion &fusion = graph.fusion(*convolution);
            fusion.addition = graph.number(add);
            fusion.residual = add.inputs[1 - side];
            fusion.residual_of = convolution->outputs[0];
            uses.absorb(graph, *convolution, add);
            break;
        }
    }
}

}  // namespace accel::cpu
