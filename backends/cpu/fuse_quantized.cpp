// SPDX-License-Identifier: MIT
// Makes quantised additions part of the convolution before them.
#include "fuse.h"

#include "nodes/residual.h"
#include "support.h"
#include "uses.h"

namespace accel::cpu
{
namespace
{

// The convolution of which the ADD is the only reader; the addend is there before it runs.
size_t convolution_for(const Graph &graph, const Uses &uses, const Node &add, size_t side)
{
    const uint32_t made = add.inputs[side], addend = add.inputs[1 - side];
    const size_t index = uses.maker[made];
    if (index == kNoNode || uses.readers[made] != 1)
        return kNoNode;
    const Node &maker = graph.nodes[index];
    const bool there = uses.maker[addend] == kNoNode || uses.maker[addend] < index;
    return maker.operation == ACCEL_OPERATION_CONV && maker.addition == kNone && is_quantized(graph, maker) && there && can_follow(graph, maker, add) ? index : kNoNode;
}

} // namespace

void fuse_quantized_additions(Graph &graph)
{
    Uses uses(graph);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        Node &add = graph.nodes[i];
        if (add.fused || add.operation != ACCEL_OPERATION_ADD || !is_quantized(graph, add) || add.inputs[0] == add.inputs[1] ||
            graph.tensor(add.inputs[0]).dims != graph.tensor(add.inputs[1]).dims)
            continue;
        for (const size_t side : {0, 1}) {
            const size_t index = convolution_for(graph, uses, add, side);
            if (index == kNoNode)
                continue;
            Node &convolution = graph.nodes[index];
            convolution.addition = static_cast<uint32_t>(i);
            convolution.residual = add.inputs[1 - side];
            convolution.residual_of = convolution.outputs[0];
            convolution.outputs = add.outputs;
            uses.maker[add.outputs[0]] = index;
            add.fused = true;
            add.done_by = static_cast<uint32_t>(index);
            break;
        }
    }
}

} // namespace accel::cpu
