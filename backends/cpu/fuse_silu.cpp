// SPDX-License-Identifier: MIT
// Makes the product of x and SIGMOID(x) part of the SIGMOID.
#include "fuse.h"

#include "uses.h"

namespace accel::cpu
{
namespace
{

// The SIGMOID of x that only this product with x reads.
size_t sigmoid_for(const Graph &graph, const Uses &uses, const Node &product, size_t side)
{
    const uint32_t made = product.inputs[side], x = product.inputs[1 - side];
    const size_t index = uses.maker[made];
    if (index == kNoNode || uses.readers[made] != 1)
        return kNoNode;
    const Node &maker = graph.nodes[index];
    return maker.operation == ACCEL_OPERATION_SIGMOID && !maker.by_operand && maker.inputs[0] == x ? index : kNoNode;
}

} // namespace

void fuse_sigmoid_products(Graph &graph)
{
    Uses uses(graph);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
        Node &product = graph.nodes[i];
        if (product.fused || product.operation != ACCEL_OPERATION_MUL || graph.tensor(product.outputs[0]).type != ACCEL_TYPE_F32 ||
            !product.clamp().none())
            continue;
        for (const size_t side : {0, 1}) {
            const size_t index = sigmoid_for(graph, uses, product, side);
            if (index == kNoNode)
                continue;
            Node &sigmoid = graph.nodes[index];
            sigmoid.by_operand = true;
            sigmoid.outputs = product.outputs;
            uses.maker[product.outputs[0]] = index;
            product.fused = true;
            product.done_by = static_cast<uint32_t>(index);
            break;
        }
    }
}

} // namespace accel::cpu
