// SPDX-License-Identifier: MIT
// Which nodes are claimed, and in which groups.
#include "lower.h"

#include "group/group.h"

namespace accel::ethosu {

std::vector<accel_bk_support> query(const graph::View &graph, const std::function<void(double)> &progress)
{
    std::vector<accel_bk_support> answers(graph.node_count());
    std::vector<bool> claimed(graph.node_count());
    for (uint32_t i = 0; i < graph.node_count(); ++i) {
        if (progress)
            progress(static_cast<double>(i) / graph.node_count());
        NodePlan plan;
        const Verdict refusal = plan_node(graph, graph.node(i), plan);
        claimed[i] = !refusal;
        answers[i] = {0, ACCEL_REASON_OK, ACCEL_TENSOR_NONE, 0, 0, 0};
        if (refusal)
            answers[i] = {0, static_cast<uint32_t>(refusal->reason), refusal->tensor, refusal->attribute, refusal->given, refusal->expected};
    }
    const std::vector<uint32_t> groups = group::convex(graph, claimed);
    for (uint32_t i = 0; i < graph.node_count(); ++i)
        answers[i].group = groups[i];
    return answers;
}

}  // namespace accel::ethosu
