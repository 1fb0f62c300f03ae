// SPDX-License-Identifier: MIT
// Builds the steps of a graph in order, and lays out the arena that they share.
#include "plan.h"

#include "arena/arena.h"
#include "builder.h"
#include "descriptions.h"
#include "fuse.h"
#include "host.h"
#include "nodes/walk.h"
#include "one_thread.h"
#include "ops/ops.h"

#include <algorithm>
#include <new>

namespace accel::cpu {
namespace {

// Lays the arena out: values whose lives do not overlap share memory.
void place(Plan &plan)
{
    std::vector<arena::Lifetime> lifetimes;
    std::vector<size_t> owners;
    for (size_t i = 0; i < plan.values.size(); ++i) {
        const Value &value = plan.values[i];
        if (value.source != Source::kArena || value.first > value.last)
            continue;
        lifetimes.push_back({value.size_bytes, value.first, value.last});
        owners.push_back(i);
    }
    const auto placed = arena::plan(lifetimes, kAlignBytes, pulse);
    if (!placed)
        throw std::bad_alloc();
    for (size_t i = 0; i < owners.size(); ++i)
        plan.values[owners[i]].offset_bytes = placed->offsets[i];
    plan.arena_bytes = placed->size_bytes;
}

// Through chains of fused nodes.
uint32_t doer_of(const Graph &graph, uint32_t node)
{
    while (graph.fusions[node].fused())
        node = graph.fusions[node].done_by;
    return node;
}

// Elements that a step visits which does nothing but walk over them, windows included.
int64_t walked_elements(const Graph &graph, const Node &node)
{
    int64_t most = 0;
    for (const uint32_t tensor : node.outputs)
        if (tensor != kNone)
            most = std::max(most, elements_of(graph.tensors[tensor]));
    return most * node.integer(ACCEL_ATTRIBUTE_KERNEL_SHAPE, 1);
}

// Steps for the nodes. The views of all tensors go with the builder.
bool build(const Graph &graph, Plan &plan, const PlanRules &rules)
{
    Builder builder(graph, plan, rules);
    for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
        pulse();
        builder.begin(i);
        if (graph.fusions[i].fused())
            continue;
        if (walked_elements(graph, graph.nodes[i]) >= kParallelElements)
            builder.expect_team();
        find_op(graph.nodes[i].operation)->prepare(builder, graph.nodes[i]);
    }
    const bool finished = builder.finish();
    for (uint32_t i = 0; i < graph.nodes.size(); ++i)
        plan.done_by.push_back(doer_of(graph, i));
    pulse();
    return finished;
}

// Giving many small pieces back takes a while.
template <typename Item> void let_go(std::vector<Item> &items)
{
    while (!items.empty()) {
        if (items.size() % 64 == 0)
            pulse();
        items.pop_back();
    }
}

}  // namespace

std::unique_ptr<Plan> make_plan(Graph graph, int threads, const PlanRules &rules)
{
    const OneThread within_libraries;
    within_libraries.require();
    if (rules.trust != nullptr) {
        fuse(graph);
        pulse();
        fuse_quantized_additions(graph);
        fuse_sigmoid_products(graph);
        pulse();
    }
    auto plan = std::make_unique<Plan>();
    plan->threads = threads;
    plan->descriptions = std::make_shared<Descriptions>();
    if (!build(graph, *plan, rules))
        return nullptr;
    pulse();
    place(*plan);
    pulse();
    let_go(graph.nodes);
    let_go(graph.tensors);
    return plan;
}

}  // namespace accel::cpu
