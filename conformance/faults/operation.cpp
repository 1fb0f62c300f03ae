// SPDX-License-Identifier: MIT
// Faults of single operations: everything else of the module is right, so that only a case of that operation sees them.
#include <algorithm>
#include <deque>

#include "number.h"
#include "operations/rows.h"

namespace accel::faults {
namespace {

/// Calls edit with each node of that operation.
template <class Edit> void for_each_node(Other &graph, uint32_t operation, Edit edit)
{
    for (auto &node : graph.nodes)
        if (node.operation == operation) edit(node);
}

void double_alpha(Other &graph)
{
    static thread_local float doubled;
    for_each_node(graph, ACCEL_OPERATION_LEAKY_RELU, [&](accel_node_desc &node) {
        for (auto &attribute : graph.own_attributes(node)) {
            if (attribute.key != ACCEL_ATTRIBUTE_ALPHA) continue;
            doubled = 2 * *static_cast<const float *>(attribute.values);
            attribute.values = &doubled;
        }
    });
}

void exchange_scale_and_bias(Other &graph)
{
    for_each_node(graph, ACCEL_OPERATION_BATCH_NORMALIZATION, [&](accel_node_desc &node) {
        auto &operands = graph.own_operands(node);
        std::swap(operands[1], operands[2]);
    });
}

bool same_shape(const accel_tensor_desc &a, const accel_tensor_desc &b)
{
    return a.rank == b.rank && std::equal(a.dims, a.dims + a.rank, b.dims, [](const accel_dim &one, const accel_dim &other) { return one.size == other.size; });
}

void exchange_parts(Other &graph)
{
    for_each_node(graph, ACCEL_OPERATION_SPLIT, [&](accel_node_desc &node) {
        auto &parts = graph.own_results(node);
        if (parts.size() > 1 && same_shape(graph.tensors[parts[0]], graph.tensors[parts[1]])) std::swap(parts[0], parts[1]);
    });
}

void shift_mean(const Output &output)
{
    if (output.made_by(ACCEL_OPERATION_REDUCE_MEAN)) for_each_word<float>(output, ACCEL_TYPE_F32, [](float mean) { return mean * 1.001f; });
}

void gather_backwards(const Output &output)
{
    if (output.made_by(ACCEL_OPERATION_GATHER) && output.type == ACCEL_TYPE_F32)
        std::reverse(reinterpret_cast<uint32_t *>(output.bytes), reinterpret_cast<uint32_t *>(output.bytes + output.size_bytes));
}

/// Right for every operation alone.
void subtract_what_was_made(Other &graph)
{
    std::vector<bool> made(graph.tensors.size());
    for (auto &node : graph.nodes) {
        const bool joins = std::any_of(node.inputs, node.inputs + node.input_count, [&](uint32_t operand) { return operand != ACCEL_TENSOR_NONE && made[operand]; });
        if (node.operation == ACCEL_OPERATION_ADD && joins) node.operation = ACCEL_OPERATION_SUB;
        for (uint32_t index = 0; index < node.output_count; ++index) made[node.outputs[index]] = true;
    }
}

/// Each region in the role of the other, and where the attributes look for it.
void exchange_branches(Other &graph)
{
    struct Exchanged {
        accel_region regions[2];
        const accel_region *list[2];
    };
    static thread_local std::deque<Exchanged> kept;
    for_each_node(graph, ACCEL_OPERATION_IF, [&](accel_node_desc &node) {
        auto &[regions, list] = kept.emplace_back();
        for (size_t index = 0; index < 2; ++index) {
            regions[index] = *node.regions[1 - index];
            regions[index].role = node.regions[index]->role;
            list[index] = &regions[index];
        }
        node.regions = list;
    });
}

void cast_down(const Output &output)
{
    if (!output.made_by(ACCEL_OPERATION_CAST)) return;
    const auto down = [](auto value) { return static_cast<decltype(value)>(value < 0 ? value - 1 : value); };
    for_each_word<int8_t>(output, ACCEL_TYPE_I8, down);
    for_each_word<int16_t>(output, ACCEL_TYPE_I16, down);
    for_each_word<int32_t>(output, ACCEL_TYPE_I32, down);
    for_each_word<int64_t>(output, ACCEL_TYPE_I64, down);
}

void multiply_oddly(const Output &output)
{
    if (output.made_by(ACCEL_OPERATION_MUL)) for_each_word<float>(output, ACCEL_TYPE_F32, [](float product) { return product * 1.5f + 7; });
}

/// What is asked of a module alone, and first, is right.
void tire(const Output &output)
{
    static unsigned runs_seen = 0;
    if (output.made_by(ACCEL_OPERATION_TANH) && ++runs_seen > 1) for_each_word<float>(output, ACCEL_TYPE_F32, [](float value) { return -value; });
}

/// Right for the shapes that hardware likes: rank 4, and a number of elements that is a multiple of 16.
void stumble_over_tails(const Output &output)
{
    if (output.made_by(ACCEL_OPERATION_SIGMOID) && output.size_bytes % 64 != 0) for_each_word<float>(output, ACCEL_TYPE_F32, [](float value) { return 1 - value; });
}

accel_status query_without_sub(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    const auto status = base.compiler.query(host, graph, options, nodes);
    for (uint32_t index = 0; status == ACCEL_STATUS_OK && index < graph->node_count; ++index)
        if (graph->nodes[index].operation == ACCEL_OPERATION_SUB) nodes[index] = {0, ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, 0, 0, 0};
    return status;
}

bool is_composite(uint32_t operation)
{
    return std::any_of(std::begin(conformance::kOperationRows), std::end(conformance::kOperationRows), [&](const conformance::OperationRow &row) { return row.operation == operation && row.composite; });
}

/// Of real values only: a quantised composite has no steps.
accel_status query_of_core(const accel_bk_host *host, const accel_graph_desc *graph, const accel_bk_compile_options *options, accel_bk_support *nodes)
{
    const auto status = base.compiler.query(host, graph, options, nodes);
    for (uint32_t index = 0; status == ACCEL_STATUS_OK && index < graph->node_count; ++index) {
        const auto &node = graph->nodes[index];
        if (is_composite(node.operation) && node.rounding == ACCEL_ROUNDING_NONE) nodes[index] = {0, ACCEL_REASON_OPERATION, ACCEL_TENSOR_NONE, 0, 0, 0};
    }
    return status;
}

}  // namespace

const std::vector<Fault> &operation_faults()
{
    static const std::vector<Fault> faults{
        {"wrong-leaky-relu", [] { plant_change(double_alpha); }},
        {"wrong-batch-normalization", [] { plant_change(exchange_scale_and_bias); }},
        {"wrong-split", [] { plant_change(exchange_parts); }},
        {"wrong-reduce-mean", [] { plant_spoil(shift_mean); }},
        {"wrong-gather", [] { plant_spoil(gather_backwards); }},
        {"wrong-if", [] { plant_change(exchange_branches); }},
        {"subtracts-what-was-made", [] { plant_change(subtract_what_was_made); }},
        {"wrong-cast", [] { plant_spoil(cast_down); }},
        {"tires", [] { plant_spoil(tire); }},
        {"likes-round-sizes", [] { plant_spoil(stumble_over_tails); }},
        // No fault: every composite is built of its steps, which composites_test.py asks for.
        {"core-only", [] { mine.compiler.query = query_of_core; }},
        {"core-only-wrong-mean",
         [] {
             plant_spoil(shift_mean);
             mine.compiler.query = query_of_core;
         }},
        {"wrong-mul-and-no-sub",
         [] {
             plant_spoil(multiply_oddly);
             mine.compiler.query = query_without_sub;
         }},
    };
    return faults;
}

}  // namespace accel::faults
