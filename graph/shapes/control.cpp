// SPDX-License-Identifier: MIT
// Results that come out of regions.
#include <string>

#include "attributes.h"
#include "rules.h"

namespace accel::graph::shapes {

namespace {

/// The region that an attribute names, of this role, with an output for each result and no input. Null, and why, where there is none.
const accel_region *branch(const Applied &node, uint32_t key, uint32_t role, Contradiction *why)
{
    const auto refused = [&](std::string sentence, int64_t given = 0, int64_t expected = 0) {
        refuse(why, of_attribute(key, "its " + std::string(role == ACCEL_REGION_ROLE_THEN ? "then_branch " : "else_branch ") + std::move(sentence), given, expected));
        return nullptr;
    };
    const accel_attribute *attribute = node.find(key);
    if (!attribute || attribute->kind != ACCEL_ATTRIBUTE_KIND_GRAPH || attribute->count != 1) return refused("is missing");
    const uint32_t index = *static_cast<const uint32_t *>(attribute->values);
    if (index >= node.node->region_count) return refused("is region " + std::to_string(index) + ", the node has " + std::to_string(node.node->region_count), index, node.node->region_count);
    const accel_region &region = *node.node->regions[index];
    if (region.role != role) return refused("has role " + std::to_string(region.role) + ", expected " + std::to_string(role), region.role, role);
    const size_t result_count = node.results.size();
    if (region.graph->input_count) return refused("has " + std::to_string(region.graph->input_count) + " inputs, expected none", region.graph->input_count, 0);
    if (region.graph->output_count != result_count || !region.outputs)
        return refused("makes " + std::to_string(region.graph->output_count) + " results, the node has " + std::to_string(result_count), region.graph->output_count, static_cast<int64_t>(result_count));
    std::vector<bool> made(result_count);
    for (uint32_t i = 0; i < result_count; ++i) {
        const accel_region_port &port = region.outputs[i];
        if (port.kind != ACCEL_REGION_PORT_KIND_VALUE || port.result >= result_count || made[port.result]) return refused("does not make each result once");
        made[port.result] = true;
    }
    return &region;
}

/// What a region makes as result number `result`.
const accel_tensor_desc &made_by(const accel_region &region, uint32_t result)
{
    uint32_t output = 0;
    while (region.outputs[output].result != result) ++output;
    return *accel_graph_tensor(region.graph, region.graph->outputs[output]);
}

bool is_known(const accel_tensor_desc &tensor) { return tensor.type != 0 && tensor.rank <= kMaxRank; }

/// A size that both branches make; else which one it is the condition says.
Shape common(const accel_tensor_desc &a, const accel_tensor_desc &b)
{
    Shape shape = Applied::shape_of(a);
    const Shape other = Applied::shape_of(b);
    for (size_t axis = 0; axis < shape.size(); ++axis)
        if (shape[axis] != other[axis]) shape[axis] = kUnknownDim;
    return shape;
}

}  // namespace

std::optional<ResultShapes> region(const Applied &node, Contradiction *why)
{
    const auto count = element_count(node.shape(0));
    if (count && *count != 1) return refuse(why, of_operand(0, node.shown(0) + ", expected is one condition", static_cast<int64_t>(*count), 1));
    if (node.node->region_count != 2) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_THEN_BRANCH, "it has " + std::to_string(node.node->region_count) + " regions, expected 2", node.node->region_count, 2));
    const accel_region *then_region = branch(node, ACCEL_ATTRIBUTE_THEN_BRANCH, ACCEL_REGION_ROLE_THEN, why);
    const accel_region *else_region = then_region ? branch(node, ACCEL_ATTRIBUTE_ELSE_BRANCH, ACCEL_REGION_ROLE_ELSE, why) : nullptr;
    if (!else_region) return std::nullopt;
    ResultShapes shapes;
    for (uint32_t i = 0; i < node.results.size(); ++i) {
        const accel_tensor_desc &a = made_by(*then_region, i), &b = made_by(*else_region, i);
        for (const accel_tensor_desc *made : {&a, &b}) {
            const bool differs = is_known(*made) && node.results[i] && (made->type != node.results[i]->type || made->rank != node.results[i]->rank);
            if (differs) return refuse(why, of_attribute(made == &a ? ACCEL_ATTRIBUTE_THEN_BRANCH : ACCEL_ATTRIBUTE_ELSE_BRANCH, "its " + std::string(made == &a ? "then_branch" : "else_branch") + " makes result " + std::to_string(i) + " of another type or rank"));
        }
        shapes.push_back(is_known(a) && is_known(b) ? std::optional(common(a, b)) : std::nullopt);
    }
    return shapes;
}

}  // namespace accel::graph::shapes
