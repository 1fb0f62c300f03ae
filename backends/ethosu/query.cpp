// SPDX-License-Identifier: MIT
// Which nodes are claimed, and in which groups.
#include "lower.h"

#include <algorithm>

namespace accel::ethosu
{
namespace
{

// What is known of the producer of each tensor while nodes are walked in order.
struct Origin {
    uint32_t level = 0; // highest group number on any path to it
    bool claimed = false;
};

} // namespace

// A node's group is one more than that of any claimed node which it reaches only
// through a refused one. So each group is convex: it can run as one unit.
std::vector<accel_bk_support> query(const graph::View &graph, const std::function<void(double)> &progress)
{
    std::vector<accel_bk_support> answers(graph.node_count());
    std::vector<Origin> origins(graph.tensor_count());
    for (uint32_t i = 0; i < graph.node_count(); ++i) {
        if (progress)
            progress(static_cast<double>(i) / graph.node_count());
        const accel_node_desc &node = graph.node(i);
        NodePlan plan;
        const Verdict refusal = plan_node(graph, node, plan);
        uint32_t level = 0;
        for (const uint32_t tensor : graph::inputs(node))
            if (tensor != ACCEL_TENSOR_NONE) {
                const Origin &origin = origins[tensor];
                const bool leaves = !refusal && !origin.claimed && origin.level != 0;
                level = std::max(level, origin.level + (leaves ? 1 : 0));
            }
        if (!refusal)
            level = std::max<uint32_t>(level, 1);
        for (const uint32_t tensor : graph::outputs(node))
            if (tensor != ACCEL_TENSOR_NONE)
                origins[tensor] = {level, !refusal};
        accel_bk_support &answer = answers[i];
        answer.group = refusal ? 0 : level;
        answer.reason = refusal ? refusal->reason : ACCEL_REASON_OK;
        answer.tensor = refusal ? refusal->tensor : ACCEL_TENSOR_NONE;
        answer.given = refusal ? refusal->given : 0;
        answer.expected = refusal ? refusal->expected : 0;
        answer.attribute = refusal ? refusal->attribute : 0;
    }
    return answers;
}

} // namespace accel::ethosu
