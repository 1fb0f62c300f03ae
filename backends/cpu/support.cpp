// SPDX-License-Identifier: MIT
// Judges a node: its operands, types and shapes, before what its operation asks for.
#include "support.h"

#include "checker.h"
#include "held.h"
#include "ops/ops.h"

namespace accel::cpu {

std::string text_of(const Refusal &refusal)
{
    if (!refusal.sentence.empty())
        return refusal.sentence;
    const graph::NameRow *reason = graph::find_reason(refusal.reason);
    std::string text = std::string(reason != nullptr ? reason->name : "?") + ", given " + std::to_string(refusal.given) + ", expected " + std::to_string(refusal.expected);
    if (refusal.tensor != ACCEL_TENSOR_NONE)
        text += ", of tensor " + std::to_string(refusal.tensor);
    return text;
}

Refusal check_node(const graph::View &graph, const accel_node_desc &node)
{
    const CpuOp *op = find_op(node.operation);
    try {
        if (op == nullptr)
            refuse(ACCEL_REASON_OPERATION);
        const Checker checker(graph, node);
        checker.known(op->revision);
        checker.fitting();
        op->check(checker);
        return {};
    } catch (const Refusal &refusal) {
        return refusal;
    }
}

std::optional<uint32_t> port_without_size(const graph::View &graph)
{
    for (const auto numbers : {graph.inputs(), graph.outputs()})
        for (const uint32_t tensor : numbers)
            if (held_bytes(graph.tensor(tensor).type) == 0 || !graph::size_bytes(graph.tensor(tensor)))
                return tensor;
    return std::nullopt;
}

}  // namespace accel::cpu
