// SPDX-License-Identifier: MIT
// Makes the product of x and SIGMOID(x) part of the SIGMOID.
#include "fuse.h"

#include "host.h"
#include "uses.h"

namespace accel::cpu {

void fuse_sigmoid_products(Graph &graph)
{
    Uses uses(graph);
    for (const Node &product : graph.nodes) {
        pulse();
        if (graph.fusion(product).fused() || product.operation != ACCEL_OPERATION_MUL || graph.tensor(product.outputs[0]).type != ACCEL_TYPE_F32 ||
            !graph.fusion(product).clamp.none())
            continue;
        for (const size_t side : {0, 1}) {
            Node *maker = uses.sole_maker(graph, product.inputs[side]);
            if (maker == nullptr || maker->operation != ACCEL_OPERATION_SIGMOID || graph.fusion(*maker).by_operand || maker->inputs[0] != product.inputs[1 - side])
                continue;
            graph.fusion(*maker).by_operand = true;
            uses.absorb(graph, *maker, product);
            break;
        }
    }
}

}  // namespace accel::cpu
