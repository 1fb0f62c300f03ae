// SPDX-License-Identifier: MIT
// Operations with regions. Each region becomes a plan of its own, in whose place around it stands one step.
#include "../builder.h"
#include "../nodes/branches.h"
#include "../region.h"
#include "ops.h"

#include <accel/graph/view.h>

#include <stdexcept>

namespace accel::cpu {
namespace {

[[noreturn]] void refuse_region(std::string sentence)
{
    Refusal refusal;
    refusal.reason = ACCEL_REASON_REGION;
    refusal.sentence = std::move(sentence);
    throw refusal;
}

// Row-major in memory that a plan can name, as large as it says.
void check_held(const accel_tensor_desc &tensor)
{
    if (type_bytes(tensor.type) == 0 || !graph::size_bytes(tensor))
        refuse_region("a region takes or makes a tensor '" + std::string(tensor.name != nullptr ? tensor.name : "") + "' of a type or size that has no memory here");
}

void check_nodes(const graph::View &inside)
{
    for (uint32_t i = 0; i < inside.node_count(); ++i) {
        const Refusal refusal = check_node(inside, inside.node(i));
        if (refusal.refused())
            refuse_region("node " + std::to_string(i) + " of a region is refused: " + text_of(refusal));
    }
}

void check_if(const Checker &c)
{
    const accel_node_desc &node = *c.applied().node;
    for (const uint32_t result : c.outputs()) {
        if (result == ACCEL_TENSOR_NONE)
            refuse_region("a result is absent, and regions make all of them");
        check_held(c.tensor(result));
    }
    for (uint32_t i = 0; i < node.region_count; ++i) {
        const accel_region &region = *node.regions[i];
        const graph::View inside(*region.graph);
        if (!inside.well_formed())
            refuse_region("a region names a tensor that it does not have");
        for (uint32_t capture = 0; capture < region.capture_count; ++capture) {
            if (region.captures[capture].inner >= inside.tensor_count())
                refuse_region("a region takes a tensor that it does not have");
            check_held(inside.tensor(region.captures[capture].inner));
        }
        for (uint32_t output = 0; output < inside.outputs().size(); ++output) {
            const accel_tensor_desc &made = inside.tensor(inside.outputs()[output]), &result = c.tensor(node.outputs[region.outputs[output].result]);
            if (made.type != result.type || graph::fixed_dims(made) != graph::fixed_dims(result))
                refuse_region("a region makes '" + std::string(made.name != nullptr ? made.name : "") + "' of another type or size than the node's result");
        }
        check_nodes(inside);
    }
}

Branch prepare_branch(Builder &builder, const graph::Region &region, std::vector<uint32_t> &values)
{
    Branch branch;
    branch.plan = make_plan(read_region(region), builder.threads(), {.packed = builder.packed()});
    if (!branch.plan)
        throw std::runtime_error("a region has an output that nothing makes");
    if (branch.plan->uses_team)
        builder.expect_team();
    for (const accel_capture &capture : region.captures) {
        branch.ports.push_back(builder.in_layout(capture.outer, Layout::kRowMajor).value);
        values.push_back(branch.ports.back());
    }
    return branch;
}

// Which results the outputs of the plan are.
void connect(const graph::Region &region, const std::vector<uint32_t> &results, Branch &branch)
{
    for (const accel_region_port &port : region.outputs)
        branch.ports.push_back(results[port.result]);
}

void prepare_if(Builder &builder, const Node &node)
{
    const auto region_of = [&](uint32_t role) -> const graph::Region & { return node.regions[node.regions[0].role == role ? 0 : 1]; };
    const graph::Region &if_true = region_of(ACCEL_REGION_ROLE_THEN), &if_false = region_of(ACCEL_REGION_ROLE_ELSE);
    const uint32_t condition = builder.in_layout(node.inputs[0], Layout::kRowMajor).value;
    std::vector<uint32_t> values{condition};
    Branch then_branch = prepare_branch(builder, if_true, values), else_branch = prepare_branch(builder, if_false, values);
    std::vector<uint32_t> results;
    for (const uint32_t result : node.outputs)
        results.push_back(builder.define(result, Layout::kRowMajor).value);
    values.insert(values.end(), results.begin(), results.end());
    connect(if_true, results, then_branch);
    connect(if_false, results, else_branch);
    const uint64_t arena_bytes = std::max(then_branch.plan->arena_bytes, else_branch.plan->arena_bytes);
    const uint32_t arena = arena_bytes == 0 ? kNoArena : builder.scratch(arena_bytes);
    if (arena != kNoArena)
        values.push_back(arena);
    const uint32_t note = builder.scratch(kNoteBytes);
    values.push_back(note);
    builder.add(make_branch_step(condition, arena, note, std::move(then_branch), std::move(else_branch)), values);
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_IF, 1, check_if, prepare_if},
};

}  // namespace

const std::span<const CpuOp> kControlOps = kRows;

}  // namespace accel::cpu
